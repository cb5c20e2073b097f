import ArgumentParser
import Pipeline

/// A document as an operator names it: `tonight/2024-01-15`.
struct DocumentName: Sendable, Hashable, Comparable, CustomStringConvertible, ExpressibleByArgument {
    var kind: String
    var key: String

    init(kind: String, key: String) {
        self.kind = kind
        self.key = key
    }

    /// Nil for what is no `KIND/KEY` of a kind that exists.
    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[1].isEmpty, Registry.document(parts[0]) != nil else { return nil }
        self.init(kind: parts[0], key: parts[1])
    }

    var description: String { "\(kind)/\(key)" }

    /// Whether it switches together with the other documents of its slate.
    var isPartOfSlate: Bool { Registry.document(kind)?.isPartOfSlate == true }

    /// Whether what it has shown once stays, so that no earlier version is shown again.
    var keepsWhatWasShown: Bool { Registry.document(kind)?.keepsWhatWasShown == true }

    static func < (left: DocumentName, right: DocumentName) -> Bool { (left.kind, left.key) < (right.kind, right.key) }
}
