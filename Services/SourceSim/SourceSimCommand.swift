import ArgumentParser
import Basketball
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// A local stand-in for the upstream sites.
@main
struct SourceSimCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sourcesim",
        abstract: "Serves an NBA league in the upstream sites' formats, from files or made up from a seed.",
        discussion: """
            Example:
              sourcesim --seed 7 --seasons 2 --port 8085 --address-file .run/sourcesim.address
              curl 'http://127.0.0.1:8085/stats/scheduleleaguev2int?LeagueID=00&Season=2023-24'

            With --data the folder holds schedules/, box_scores/ and odds/ as gzipped CSV files.
            Faults on request:
              curl -X POST http://127.0.0.1:8085/_sim/misbehave \\
                -d '{"path_contains":"leaguegamelog","kind":"status429","times":2,"retry_after":1}'
            """
    )

    @Option(help: "Folder with real data; without it a league is generated.")
    var data: String?

    @Option(help: "Seed of the generated league.")
    var seed: UInt64 = 1

    @Option(help: "Seasons of the generated league.")
    var seasons: Int = 2

    @Option(help: "Start year of the generated league's last season.")
    var lastSeason: Int = 2023

    @Option(help: "IPv4 address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on; 0 takes a free one.")
    var port: UInt16 = 0

    @Option(help: "File that receives the base URL.")
    var addressFile: String?

    @Option(
        help: "Simulated time, a day (2024-01-15) or an instant (2024-01-15T23:00:00Z); later games are not played yet."
    )
    var asOf: String?

    func validate() throws {
        guard (1...30).contains(seasons) else { throw ValidationError("--seasons must be 1…30") }
        guard (1950...2090).contains(lastSeason) else { throw ValidationError("--last-season must be 1950…2090") }
        if let asOf {
            do { _ = try AsOf.parse(asOf) } catch {
                throw ValidationError("--as-of must look like 2024-01-15: \(error)")
            }
        }
    }

    func run() async throws {
        let logger = Logger(label: "sourcesim", factory: { StreamLogHandler.standardError(label: $0) })
        let source = try makeSource()
        let simulator = try Simulator(source: source, asOf: asOf.map(AsOf.parse))
        let server = try await SimServer(host: host, port: port, simulator: simulator, logger: logger)
        if let addressFile {
            try Data("\(server.address)\n".utf8).write(to: URL(fileURLWithPath: addressFile), options: .atomic)
        }
        let labels = source.seasons.map(\.label).joined(separator: ",")
        FileHandle.standardOutput.write(
            Data("sourcesim ready source=\(source.kind) address=\(server.address) seasons=\(labels)\n".utf8)
        )
        let group = ServiceGroup(
            configuration: .init(services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        )
        try await group.run()
    }

    private func makeSource() throws -> any LeagueSource {
        if let data { return try RealLeague(folder: URL(fileURLWithPath: data)) }
        return GeneratedLeague(seed: seed, seasons: seasons, last: Season(startYear: lastSeason))
    }
}
