/// Why an object store could not do what was asked.
public struct ObjectStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure. New kinds may be added.
    public struct Code: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
        /// A stable name, fit for logs and metric labels.
        public let rawValue: String
        /// Makes a code from its stable name.
        public init(rawValue: String) { self.rawValue = rawValue }
        init(_ rawValue: String) { self.rawValue = rawValue }
        /// The stable name.
        public var description: String { rawValue }

        /// There is no such object.
        public static let notFound = Code("not_found")
        /// `ifAbsent` was asked for and the object exists.
        public static let alreadyExists = Code("already_exists")
        /// The bytes don't match their checksum.
        public static let corrupt = Code("corrupt")
        /// The path is malformed, or leads over a symbolic link or something that is no plain file.
        public static let invalidPath = Code("invalid_path")
        /// The object is longer than the caller accepts.
        public static let tooLarge = Code("too_large")
        /// The store refuses these credentials or permissions.
        public static let access = Code("access")
        /// No room is left.
        public static let full = Code("full")
        /// Reading or writing failed.
        public static let io = Code("io")
        /// The store can't be reached, or asks to come back later.
        public static let unavailable = Code("unavailable")
        /// The store answered what the protocol doesn't allow.
        public static let badResponse = Code("bad_response")
        /// The store's URL or settings make no sense.
        public static let configuration = Code("configuration")
        /// The task was cancelled.
        public static let cancelled = Code("cancelled")
    }

    /// The kind of failure.
    public let code: Code
    /// The path or prefix concerned.
    public let path: String
    /// What happened, for people.
    public let reason: String

    /// Makes an error.
    public init(_ code: Code, path: String, reason: String) {
        self.code = code
        self.path = path
        self.reason = reason
    }

    /// Whether the same call may succeed later without anybody changing anything.
    public var isTransient: Bool { code == .unavailable || code == .io || code == .full }

    /// Code, path and reason.
    public var description: String { "\(code): \(path): \(reason)" }
}
