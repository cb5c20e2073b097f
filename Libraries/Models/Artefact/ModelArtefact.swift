import Boosting
import Foundation

/// Trained models as they are stored and loaded: a manifest, the models, and rows with the predictions that they must give.
///
/// The bytes are a line `tipoff-points-models 1 CHECKSUM COUNT` and a JSON object with sorted keys, of which checksum
/// (FNV-1a, 64 bits, hexadecimal) and count are. The same models and words always make the same bytes.
public struct ModelArtefact: Sendable {
    /// The fewest rows whose predictions are stored.
    public static let leastGoldenRows = 16

    public let manifest: ModelManifest
    public let models: PointsModelSet
    /// The checksum of the content, 16 hexadecimal digits: tells one training from another wherever it is stored with a
    /// prediction.
    public let id: String
    private let bytes: [UInt8]

    private struct Content: Codable {
        var manifest: ModelManifest
        var models: PointsModelSet
        var golden: [GoldenRow]
    }

    /// What is read before anything else of the content is.
    private struct Heading: Decodable {
        var manifest: ModelManifest
    }

    private static let mark = "tipoff-points-models"

    /// - Parameters:
    ///   - trainedAt: the time in ISO 8601.
    ///   - metrics: what an evaluation of the recipe has shown.
    ///   - goldenRows: ``leastGoldenRows`` or more, of players with and without much history.
    /// - Throws: ``ModelArtefactError`` `tooFewGoldenRows`, `EncodingError`, ``BoostingError``.
    public init(
        models: PointsModelSet,
        trainedAt: String,
        metrics: [ModelManifest.Metric],
        goldenRows: [PointsFeatureRow]
    ) throws {
        guard goldenRows.count >= Self.leastGoldenRows else {
            throw ModelArtefactError.tooFewGoldenRows(goldenRows.count)
        }
        let outcomes = try PointsPredictor(models: models).predict(goldenRows)
        let content = Content(
            manifest: ModelManifest(models: models, trainedAt: trainedAt, metrics: metrics),
            models: models,
            golden: try zip(goldenRows, outcomes).map { try GoldenRow($0, outcomes: $1) }
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Array(try encoder.encode(content))
        manifest = content.manifest
        self.models = models
        id = Self.hexadecimal(Checksum.fnv1a(body))
        bytes = Array("\(Self.mark) \(ModelManifest.currentFormatVersion) \(id) \(body.count)\n".utf8) + body
    }

    /// The bytes for ``init(decoding:)``.
    public func encoded() -> [UInt8] { bytes }

    /// Reads an artefact, and predicts its golden rows.
    ///
    /// - Throws: ``ModelArtefactError``: models that do not fit this program, were damaged, or predict anything else here than
    ///   where they were trained are not loaded.
    public init(decoding bytes: [UInt8]) throws(ModelArtefactError) {
        let body = try Self.body(of: bytes)
        manifest = try Self.checkedManifest(body.content)
        let content: Content
        do { content = try JSONDecoder().decode(Content.self, from: Data(body.content)) } catch {
            throw .unreadable("\(error)")
        }
        models = content.models
        try Self.check(content)
        id = body.id
        self.bytes = bytes
    }

    /// The content behind a heading that it agrees with.
    private static func body(of bytes: [UInt8]) throws(ModelArtefactError) -> (content: ArraySlice<UInt8>, id: String) {
        guard let end = bytes.prefix(200).firstIndex(of: UInt8(ascii: "\n")) else { throw .notAnArtefact }
        let words = String(decoding: bytes[..<end], as: UTF8.self).split(
            separator: " ",
            omittingEmptySubsequences: false
        )
        guard words.count == 4, words[0] == mark, let version = Int(words[1]), let count = Int(words[3]) else {
            throw .notAnArtefact
        }
        guard version == ModelManifest.currentFormatVersion else { throw .otherFormat(version) }
        let content = bytes[(end + 1)...]
        guard content.count == count else { throw .damaged("\(content.count) bytes where \(count) were written") }
        guard hexadecimal(Checksum.fnv1a(content)) == words[2] else { throw .damaged("the checksum is another") }
        return (content, String(words[2]))
    }

    private static func checkedManifest(_ content: ArraySlice<UInt8>) throws(ModelArtefactError) -> ModelManifest {
        let manifest: ModelManifest
        do { manifest = try JSONDecoder().decode(Heading.self, from: Data(content)).manifest } catch {
            throw .unreadable("\(error)")
        }
        guard manifest.formatVersion == ModelManifest.currentFormatVersion else {
            throw .otherFormat(manifest.formatVersion)
        }
        guard manifest.featureVersion == PointsFeature.version else {
            throw .otherFeatures(manifest.featureVersion)
        }
        let names = PointsFeature.all.map(\.name)
        if manifest.featureNames != names {
            let first = zip(manifest.featureNames, names).first { $0 != $1 }?.0
            throw .otherFeatures(first ?? "\(manifest.featureNames.count) features")
        }
        for system in PointsSystem.allCases {
            let (now, stored) = (ModelManifest.currentSystemVersions[system], manifest.systemVersions[system])
            guard now == stored else { throw .otherSystem(system, stored ?? "none") }
        }
        return manifest
    }

    private static func check(_ content: Content) throws(ModelArtefactError) {
        guard content.manifest.training == content.models.training else {
            throw .unreadable("the manifest is of another training")
        }
        guard content.golden.count >= leastGoldenRows else { throw .tooFewGoldenRows(content.golden.count) }
        guard content.golden.allSatisfy({ $0.values.count == PointsFeature.count }) else {
            throw .unreadable("golden rows of another width")
        }
        let outputs: [[GoldenRow.Output]]
        do {
            outputs = try PointsPredictor(models: content.models).predict(
                values: content.golden.flatMap { $0.values.map { $0 ?? .nan } },
                profiles: content.golden.map(\.profile)
            ).map { try GoldenRow.outputs($0) }
        } catch { throw .unreadable("\(error)") }
        for (index, (row, now)) in zip(content.golden, outputs).enumerated() {
            if let system = row.firstDifference(from: now) { throw .goldenDifference(row: index, system) }
        }
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// Why an artefact is not made or not loaded.
public enum ModelArtefactError: Error, Sendable, Hashable, CustomStringConvertible {
    case notAnArtefact
    case otherFormat(Int)
    /// Bytes were lost or changed.
    case damaged(String)
    /// Whole, but not what this program can read.
    case unreadable(String)
    /// Trained with another list of features.
    case otherFeatures(String)
    /// Trained with another recipe of a system.
    case otherSystem(PointsSystem, String)
    case tooFewGoldenRows(Int)
    /// A stored prediction is another one here.
    case goldenDifference(row: Int, PointsSystem)

    public var description: String {
        switch self {
        case .notAnArtefact: "the bytes begin no artefact of points models"
        case .otherFormat(let version):
            "format \(version) where \(ModelManifest.currentFormatVersion) is read"
        case .damaged(let how): "the artefact was damaged: \(how)"
        case .unreadable(let why): "the artefact cannot be read: \(why)"
        case .otherFeatures(let what): "the models are of other features: \(what), here \(PointsFeature.version)"
        case .otherSystem(let system, let version): "\(system.rawValue) is of version \(version)"
        case .tooFewGoldenRows(let count):
            "\(count) golden rows where \(ModelArtefact.leastGoldenRows) are the least"
        case .goldenDifference(let row, let system):
            "golden row \(row) is predicted otherwise here by \(system.rawValue)"
        }
    }
}
