import Boosting
import Foundation
import Testing

@testable import Models

@Suite struct ModelArtefactTests {
    private static let trainedAt = "2024-01-02T03:04:05Z"

    private func artefact() throws -> ModelArtefact {
        let league = try TrainedLeague.shared.get()
        let metric = ModelManifest.Metric(
            system: "ensemble",
            population: "B",
            season: league.models.training.seasons[0],
            count: 100,
            meanAbsoluteError: 4.6,
            rootMeanSquaredError: 6.1,
            bias: 0.1
        )
        return try ModelArtefact(
            models: league.models,
            trainedAt: Self.trainedAt,
            metrics: [metric],
            goldenRows: Array(try league.rows.prefix(15)) + [try league.unknown]
        )
    }

    /// The artefact's content with something replaced, under a heading that fits it again.
    private func altered(_ bytes: [UInt8], _ change: (inout String) -> Void) throws -> [UInt8] {
        let end = try #require(bytes.firstIndex(of: UInt8(ascii: "\n")))
        var text = String(decoding: bytes[(end + 1)...], as: UTF8.self)
        let before = text
        change(&text)
        try #require(text != before)
        let body = Array(text.utf8)
        let digits = String(Checksum.fnv1a(body), radix: 16)
        let checksum = String(repeating: "0", count: 16 - digits.count) + digits
        return Array("tipoff-points-models 1 \(checksum) \(body.count)\n".utf8) + body
    }

    @Test func whatIsReadIsBitForBitWhatWasWritten() throws {
        let league = try TrainedLeague.shared.get()
        let written = try artefact()
        let read = try ModelArtefact(decoding: written.encoded())
        #expect(read.encoded() == written.encoded())
        #expect(read.id == written.id && read.id.count == 16)
        #expect(read.manifest == written.manifest)
        #expect(read.manifest.trainedAt == Self.trainedAt)
        #expect(Set(read.manifest.systemVersions.keys) == Set(PointsSystem.allCases))
        let rows = try league.rows
        let before = try PointsPredictor(models: written.models).predict(rows)
        let after = try PointsPredictor(models: read.models).predict(rows)
        #expect(before == after)
        // Coded again, the models that were read are the same bytes.
        let again = try ModelArtefact(
            models: read.models,
            trainedAt: Self.trainedAt,
            metrics: written.manifest.metrics,
            goldenRows: Array(rows.prefix(15)) + [try league.unknown]
        )
        #expect(again.encoded() == written.encoded())
    }

    @Test func whatIsNoArtefactIsRefused() throws {
        let bytes = try artefact().encoded()
        #expect(throws: ModelArtefactError.notAnArtefact) { try ModelArtefact(decoding: []) }
        #expect(throws: ModelArtefactError.notAnArtefact) { try ModelArtefact(decoding: Array("{}\n".utf8)) }
        #expect(throws: ModelArtefactError.notAnArtefact) { try ModelArtefact(decoding: Array(bytes.dropFirst())) }
        let later = Array(
            String(decoding: bytes, as: UTF8.self).replacing("models 1 ", with: "models 2 ", maxReplacements: 1).utf8
        )
        #expect(throws: ModelArtefactError.otherFormat(2)) { try ModelArtefact(decoding: later) }
    }

    @Test func everyLossOrChangeOfBytesIsFound() throws {
        let bytes = try artefact().encoded()
        let end = try #require(bytes.firstIndex(of: UInt8(ascii: "\n")))
        func isDamaged(_ bytes: [UInt8]) -> Bool {
            do {
                _ = try ModelArtefact(decoding: bytes)
                return false
            } catch {
                if case .damaged = error { return true }
                return false
            }
        }
        #expect(isDamaged(Array(bytes.dropLast())))
        #expect(isDamaged(bytes + [0]))
        #expect(isDamaged(Array(bytes[...(end + 10)])))
        var random = SeededGenerator(seed: 1)
        for _ in 0..<50 {
            var changed = bytes
            let place = Int.random(in: (end + 1)..<bytes.count, using: &random)
            changed[place] ^= UInt8.random(in: 1...255, using: &random)
            #expect(isDamaged(changed), "byte \(place)")
        }
    }

    @Test func otherFeaturesAreRefused() throws {
        let bytes = try artefact().encoded()
        let version = try altered(bytes) {
            $0 = $0.replacing(
                "\"featureVersion\":\"\(PointsFeature.version)\"",
                with: "\"featureVersion\":\"points_7\""
            )
        }
        #expect(throws: ModelArtefactError.otherFeatures("points_7")) { try ModelArtefact(decoding: version) }
        let name = try altered(bytes) {
            $0 = $0.replacing("[\"career_games\",", with: "[\"carer_games\",", maxReplacements: 1)
        }
        #expect(throws: ModelArtefactError.otherFeatures("carer_games")) { try ModelArtefact(decoding: name) }
        let rule = try altered(bytes) {
            $0 = $0.replacing("\"zone_matchup\":\"\(ZoneMatchupRule().version)\"", with: "\"zone_matchup\":\"1.0\"")
        }
        #expect(throws: ModelArtefactError.otherSystem(.zoneMatchup, "1.0")) { try ModelArtefact(decoding: rule) }
    }

    @Test func contentThatDoesNotBelongTogetherIsRefused() throws {
        let bytes = try artefact().encoded()
        func isUnreadable(_ bytes: [UInt8]) -> Bool {
            do {
                _ = try ModelArtefact(decoding: bytes)
                return false
            } catch {
                if case .unreadable = error { return true }
                return false
            }
        }
        let noJSON = try altered(bytes) { $0.removeLast() }
        #expect(isUnreadable(noJSON))
        let noEnsemble = try altered(bytes) { $0 = $0.replacing("\"ensemble\":{", with: "\"ensemblf\":{") }
        #expect(isUnreadable(noEnsemble))
        let noTrees = try altered(bytes) { $0 = $0.replacing("\"trees\":\"VFJFRVM", with: "\"trees\":\"VFJFRVN") }
        #expect(isUnreadable(noTrees))
        let weights = try altered(bytes) { text in
            text = text.replacing(#/"weights":\[[^\]]*\]/#, with: "\"weights\":[0,0,0.5,1]")
        }
        #expect(isUnreadable(weights))
        let seed = try altered(bytes) { $0 = $0.replacing("\"seed\":5", with: "\"seed\":6", maxReplacements: 1) }
        #expect(isUnreadable(seed))
    }

    @Test func modelsThatPredictOtherwiseAreRefused() throws {
        let bytes = try artefact().encoded()
        // The first stored mean is the ensemble's of the first row.
        let other = try altered(bytes) { text in
            guard let range = text.firstRange(of: #/"outputs":\[\{"deviation":[0-9.e-]+,"mean":/#) else { return }
            text.insert("1", at: range.upperBound)
        }
        #expect(throws: ModelArtefactError.goldenDifference(row: 0, .ensemble)) { try ModelArtefact(decoding: other) }
    }

    @Test func sixteenGoldenRowsAreTheLeast() throws {
        let league = try TrainedLeague.shared.get()
        let rows = Array(try league.rows.prefix(15))
        #expect(throws: ModelArtefactError.tooFewGoldenRows(15)) {
            try ModelArtefact(models: league.models, trainedAt: Self.trainedAt, metrics: [], goldenRows: rows)
        }
    }
}
