import Foundation

/// What the kernel says about this process.
public struct ProcessMetrics: Sendable, Hashable {
    /// Resident memory in bytes, shared pages included.
    public var residentBytes: Int?
    /// Memory in bytes that no other process shares (`/proc/self/smaps_rollup`).
    public var privateBytes: Int?
    public var openFiles: Int?
    public var maximumOpenFiles: Int?
    public var threads: Int?
    /// User and system time in seconds.
    public var cpuSeconds: Double?
    /// Seconds since 1970.
    public var startTime: Double?

    /// Reads the current values; a value that cannot be read is nil.
    public static func current() -> ProcessMetrics {
        let statistics = readStatistics()
        return ProcessMetrics(
            residentBytes: statistics?.residentBytes,
            privateBytes: readPrivateBytes(),
            openFiles: readOpenFiles(),
            maximumOpenFiles: readMaximumOpenFiles(),
            threads: statistics?.threads,
            cpuSeconds: statistics?.cpuSeconds,
            startTime: readStartTime()
        )
    }

    /// Adds the values to a registry; each is read when it is rendered.
    public static func register(in registry: MetricsRegistry) {
        func add(
            _ name: String,
            _ kind: MetricsRegistry.ObservedKind,
            _ help: String,
            _ value: @escaping @Sendable () -> Double?
        ) {
            registry.observe(name, kind: kind, help: help) { value().map { [(labels: [], value: $0)] } ?? [] }
        }
        add("process_resident_memory_bytes", .gauge, "Resident memory.") {
            readStatistics().map { Double($0.residentBytes) }
        }
        add("process_private_memory_bytes", .gauge, "Memory not shared with other processes.") {
            readPrivateBytes().map(Double.init)
        }
        add("process_open_fds", .gauge, "Open file descriptors.") { readOpenFiles().map(Double.init) }
        add("process_max_fds", .gauge, "Limit on open file descriptors.") { readMaximumOpenFiles().map(Double.init) }
        add("process_threads", .gauge, "Threads.") { readStatistics().map { Double($0.threads) } }
        add("process_cpu_seconds_total", .counter, "User and system time.") { readStatistics()?.cpuSeconds }
        // The start does not change, so it is read once.
        let start = readStartTime()
        add("process_start_time_seconds", .gauge, "Start of the process since 1970.") { start }
    }

    // MARK: Reading

    static func readStatistics() -> Statistics? {
        contents("/proc/self/stat").flatMap(parseStat)
    }

    private static func readPrivateBytes() -> Int? {
        contents("/proc/self/smaps_rollup").flatMap(parsePrivateBytes)
    }

    private static func readStartTime() -> Double? {
        guard let statistics = readStatistics(), let boot = contents("/proc/stat").flatMap(parseBootTime) else {
            return nil
        }
        return boot + Double(statistics.startTicks) / ticksPerSecond
    }

    private static func readMaximumOpenFiles() -> Int? {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? Int(clamping: limit.rlim_cur) : nil
    }

    private static let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))

    // MARK: Parsing

    struct Statistics: Hashable {
        let cpuTicks: Int
        let threads: Int
        let startTicks: Int
        let residentPages: Int

        var residentBytes: Int { residentPages * Int(sysconf(Int32(_SC_PAGESIZE))) }
        var cpuSeconds: Double { Double(cpuTicks) / ticksPerSecond }
    }

    /// Fields of `/proc/self/stat`. The name in parentheses may itself hold blanks and parentheses.
    static func parseStat(_ text: String) -> Statistics? {
        guard let name = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: name)...].split(whereSeparator: \.isWhitespace)
        guard fields.count > 21, let user = Int(fields[11]), let system = Int(fields[12]),
            let threads = Int(fields[17]),
            let start = Int(fields[19]), let pages = Int(fields[21])
        else { return nil }
        return Statistics(cpuTicks: user + system, threads: threads, startTicks: start, residentPages: pages)
    }

    static func parsePrivateBytes(_ text: String) -> Int? {
        var kilobytes = 0
        var found = false
        for line in text.split(separator: "\n") {
            guard line.hasPrefix("Private_Clean:") || line.hasPrefix("Private_Dirty:") else { continue }
            let fields = line.split(separator: " ")
            guard fields.count >= 2, let value = Int(fields[1]) else { return nil }
            kilobytes += value
            found = true
        }
        return found ? kilobytes * 1024 : nil
    }

    static func parseBootTime(_ text: String) -> Double? {
        text.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
    }

    private static func readOpenFiles() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Without ".", ".." and the directory's own descriptor.
        return max(0, count - 3)
    }

    private static func contents(_ path: String) -> String? {
        // Files of /proc have no size; FileManager reads until the end. Absent on other systems: then nil.
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
