import CRdkafka
import Glibc

/// A plain POSIX thread: it may block in C for as long as it likes without starving Swift's thread pool.
enum NativeThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a detached thread. `name` appears in process listings; Linux cuts it to 15 bytes.
    static func start(name: String, _ run: @escaping @Sendable () -> Void) throws(KafkaError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        // Statistics are decoded here; the default of 8 MiB is only address space, but nine services add up.
        pthread_attr_setstacksize(&attributes, 1 << 20)

        let body = Unmanaged.passRetained(
            Body {
                // Only a label for people: a failure changes nothing.
                _ = tipoff_name_this_thread(name)
                run()
            }
        )
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            &attributes,
            { argument in
                // The creator passed one retained reference, which belongs to this thread from here on.
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            },
            body.toOpaque()
        )
        guard code == 0 else {
            body.release()
            throw KafkaError(.criticalResource, reason: "cannot start the thread \(name): error \(code)")
        }
    }
}
