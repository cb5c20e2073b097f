import ArgumentParser
import Foundation

/// Readers of a running `publishing`: a fixed number of requests a second while others follow the stream.
struct ReadersBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "readers")

    @Argument(help: "host:port of the service.") var address: String
    @Option(help: "What is asked for.") var path = "/v1/slates/current"
    @Option(help: "Requests a second.") var rate = 500.0
    @Option(help: "How long, in seconds.") var seconds = 10.0
    @Option(help: "Connections that the requests share.") var connections = 16
    @Option(help: "Readers of the stream.") var readers = 200
    @Option(help: "What they follow.") var topic = "slate:current"

    private struct Report: Encodable {
        var requests: Int
        var refused: Int
        var rps: Double
        var p50: Double
        var p99: Double
        var maximum: Double
        var meanBytes: Double
        var readers: Int
        var eventDelays: [Double]

        enum CodingKeys: String, CodingKey {
            case requests, refused, rps, readers
            case p50 = "p50_ms"
            case p99 = "p99_ms"
            case maximum = "maximum_ms"
            case meanBytes = "mean_bytes"
            case eventDelays = "event_delays_ms"
        }
    }

    func run() throws {
        let parts = address.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else { throw ValidationError("expected host:port") }
        var client = try PacedClient(
            host: String(parts[0]),
            port: port,
            path: path,
            connections: connections,
            readers: readers,
            topic: topic
        )
        let outcome = try client.run(rate: rate, seconds: seconds)
        let latencies = outcome.latencies
        guard let maximum = latencies.last else { throw ValidationError("nothing was answered") }
        func percentile(_ share: Double) -> Double { latencies[Int((share * Double(latencies.count - 1)).rounded())] }
        let report = Report(
            requests: latencies.count,
            refused: outcome.refused,
            rps: Double(latencies.count) / outcome.seconds,
            p50: percentile(0.5),
            p99: percentile(0.99),
            maximum: maximum,
            meanBytes: Double(outcome.bytes) / Double(latencies.count),
            readers: outcome.readers,
            eventDelays: outcome.eventDelays
        )
        print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    }
}
