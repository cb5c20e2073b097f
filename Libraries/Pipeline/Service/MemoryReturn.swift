import CMalloc
public import ServiceLifecycle

/// Gives memory back that the allocator keeps after work has freed it: a service works in bursts and waits for hours.
public struct MemoryReturn: Service {
    public init() {}

    static let interval: Duration = .seconds(10)
    /// Seconds of processor time within an interval from which there is something to give back.
    static let leastWork = 0.1

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var before = 0.0
            while !Task.isCancelled {
                let now = ProcessMetrics.readStatistics()?.cpuSeconds ?? 0
                if now - before >= Self.leastWork { malloc_trim(0) }
                before = now
                do { try await Task.sleep(for: Self.interval) } catch { return }
            }
        }
    }
}
