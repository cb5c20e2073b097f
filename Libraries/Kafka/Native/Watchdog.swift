/// Waits for a native client to end, but never longer than agreed.
enum Watchdog {
    /// True when the signal came within the time.
    ///
    /// The wait has a thread of its own: it works in a cancelled task too (services close while they are being
    /// cancelled), and when every thread of Swift's pool is busy.
    static func wait(for event: EventDescriptor, atMost timeout: Duration) async -> Bool {
        await withCheckedContinuation { continuation in
            do throws(KafkaError) {
                try NativeThread.start(name: "kafka-watchdog") {
                    continuation.resume(returning: event.wait(atMost: timeout))
                }
            } catch {
                // No thread to be had: waiting here is worse for the pool, but still bounded.
                continuation.resume(returning: event.wait(atMost: timeout))
            }
        }
    }
}
