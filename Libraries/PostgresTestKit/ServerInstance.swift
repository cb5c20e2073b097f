import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One server that this process has made.
final class ServerInstance: Sendable {
    private let directory: String
    private let port: UInt16
    /// Put before every command: the server refuses to run as root.
    private let asServerUser: [String]
    /// While this end of the pipe is open, the process lives; see `watch()`.
    private let lifeline: Int32
    private let isRemoved = Mutex(false)

    private init(directory: String, port: UInt16, asServerUser: [String], lifeline: Int32) {
        self.directory = directory
        self.port = port
        self.asServerUser = asServerUser
        self.lifeline = lifeline
    }

    var url: String { "postgres://postgres@127.0.0.1:\(port)/postgres" }
    /// The same server through its socket.
    var socketURL: String { "host=\(directory) port=\(port) user=postgres dbname=postgres" }

    private var dataDirectory: String { directory + "/data" }
    /// What the tools say; written by this process's user.
    private var log: String { directory + "/tools.log" }
    /// What the server says; written by the server's user.
    private var serverLog: String { directory + "/server.log" }

    static func create() async throws -> ServerInstance {
        // Every test copies a database of a thousand files, which memory takes more evenly than a disk.
        let parent =
            (getenv("TIPOFF_TEST_SERVERS") ?? getenv("TMPDIR")).map { String(cString: $0) } ?? "/tmp"
        guard let made = strdup(parent + "/tipoff-pg-XXXXXX") else { throw TestClusterError("out of memory") }
        defer { free(made) }
        guard mkdtemp(made) != nil else {
            throw TestClusterError("no directory in \(parent): \(String(cString: strerror(errno)))")
        }
        let directory = String(cString: made)
        var asServerUser: [String] = []
        if geteuid() == 0 {
            guard let user = getpwnam("postgres") else {
                throw TestClusterError("the tests run as root and there is no user postgres to run the server as")
            }
            chown(directory, user.pointee.pw_uid, user.pointee.pw_gid)
            asServerUser = ["runuser", "-u", "postgres", "--"]
        }
        // Nobody can reserve a port for another process, so a taken one is answered with another try.
        var failure: any Error = TestClusterError("no free port")
        let lifeline = try watch(directory: directory, asServerUser: asServerUser)
        for attempt in 1...5 {
            let instance = ServerInstance(
                directory: directory,
                port: try freePort(),
                asServerUser: asServerUser,
                lifeline: lifeline
            )
            do {
                if attempt == 1 { try await instance.initialise() }
                try await instance.start()
                AtExit.register(instance)
                return instance
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private func initialise() async throws {
        try await Subprocess.run(
            asServerUser + [
                "initdb", "--pgdata", dataDirectory, "--username=postgres", "--auth=trust", "--encoding=UTF8",
                "--locale=C.UTF-8", "--no-sync", "--no-instructions",
            ],
            log: log
        )
    }

    func start() async throws {
        let settings = [
            "fsync": "off", "full_page_writes": "off", "max_connections": "300", "shared_buffers": "64MB",
            "listen_addresses": "127.0.0.1", "port": String(port), "unix_socket_directories": directory,
            "max_wal_size": "512MB",
        ]
        let options = settings.sorted { $0.key < $1.key }.map { "-c \($0)=\($1)" }.joined(separator: " ")
        try await Subprocess.run(
            asServerUser + [
                "pg_ctl", "start", "--wait", "--silent", "--pgdata", dataDirectory, "--log", serverLog, "--options",
                options,
            ],
            log: log
        )
    }

    func stop(_ mode: TestCluster.StopMode) async throws {
        try await Subprocess.run(stopCommand(mode), log: log)
    }

    private func stopCommand(_ mode: TestCluster.StopMode) -> [String] {
        asServerUser + ["pg_ctl", "stop", "--wait", "--silent", "--mode", mode.rawValue, "--pgdata", dataDirectory]
    }

    /// Stops the server by the process number in its own directory, and removes the directory; the second call does nothing.
    func remove() throws {
        let isFirst = isRemoved.withLock { isRemoved in
            defer { isRemoved = true }
            return !isRemoved
        }
        guard isFirst else { return }
        // A server that was stopped before is no error here.
        _ = try Subprocess.runBlocking(stopCommand(.immediate), log: log)
        _ = try Subprocess.runBlocking(["rm", "-rf", directory], log: "/dev/null")
        close(lifeline)
    }

    /// A small shell waits for this process's end of a pipe to close, and cleans up after a crash or a kill too.
    private static func watch(directory: String, asServerUser: [String]) throws -> Int32 {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw TestClusterError("no pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let stop = asServerUser.joined(separator: " ")
        let script = """
            cat; if [ -d "$1" ]; then \(stop) pg_ctl stop --silent --mode immediate --pgdata "$1/data"; rm -rf "$1"; fi
            """
        _ = try Subprocess.spawn(["sh", "-c", script, "sh", directory], input: ends[0])
        close(ends[0])
        return ends[1]
    }

    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw TestClusterError("no socket") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let outcome = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
            }
        }
        guard outcome == 0 else { throw TestClusterError("no port: \(String(cString: strerror(errno)))") }
        return UInt16(bigEndian: address.sin_port)
    }
}

/// Instances to remove when the process exits.
private enum AtExit {
    private static let instances = Mutex<[ServerInstance]>([])

    static func register(_ instance: ServerInstance) {
        let isFirst = instances.withLock { instances in
            instances.append(instance)
            return instances.count == 1
        }
        if isFirst { atexit(removeAll) }
    }

    static let removeAll: @convention(c) () -> Void = {
        for instance in AtExit.instances.withLock({ $0 }) {
            do {
                try instance.remove()
            } catch {
                let line = "The test server was not stopped: \(error)\n"
                _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
            }
        }
    }
}
