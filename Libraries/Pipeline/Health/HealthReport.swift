import Foundation

/// The answers of the built-in routes.
struct HealthReport: Sendable {
    let identity: HealthServer.Identity
    let progress: ProgressMonitor
    let readiness: Readiness
    let metrics: MetricsRegistry
    let startedAt: Date
    let startedOn: Duration
    let clock: ProgressClock
    let details: @Sendable () -> JSONObject

    /// nil for a path that is not built in.
    func response(to path: String) -> WebResponse? {
        switch path {
        case "/healthz": health
        case "/readyz": ready
        case "/metrics": .text(metrics.render(), type: PrometheusText.contentType)
        case "/status": status
        default: nil
        }
    }

    private var health: WebResponse {
        let report = progress.report
        let stuck = report.stuck.map { JSONValue.string($0.name) }
        return .json(
            [
                "status": stuck.isEmpty ? "ok" : "stuck", "service": .string(identity.service),
                "stuck": .array(stuck), "loops": Self.loops(report),
            ],
            status: stuck.isEmpty ? 200 : 503
        )
    }

    private var ready: WebResponse {
        let unmet = readiness.unmet
        return .json(
            [
                "status": unmet.isEmpty ? "ready" : "not_ready", "service": .string(identity.service),
                "reasons": Self.reasons(unmet),
            ],
            status: unmet.isEmpty ? 200 : 503
        )
    }

    private var status: WebResponse {
        let report = progress.report
        let unmet = readiness.unmet
        var startedAtText: [UInt8] = []
        LogInstant.appendUTC(startedAt, to: &startedAtText)
        return .json([
            "service": .string(identity.service), "build_commit": .string(identity.buildCommit),
            "configuration_digest": .string(identity.configurationDigest),
            "started_at": .string(String(decoding: startedAtText, as: UTF8.self)),
            "uptime_seconds": .double((clock.now() - startedOn).inSeconds), "process_id": .int(Int64(getpid())),
            "healthy": .bool(report.stuck.isEmpty), "ready": .bool(unmet.isEmpty), "reasons": Self.reasons(unmet),
            "loops": Self.loops(report), "details": .object(details()),
        ])
    }

    private static func loops(_ report: ProgressReport) -> JSONValue {
        .array(
            report.loops.map { loop in
                [
                    "name": .string(loop.name), "age_seconds": loop.age.map { .double($0.inSeconds) } ?? .null,
                    "maximum_silence_seconds": .double(loop.maximumSilence.inSeconds), "stuck": .bool(loop.isStuck),
                ]
            }
        )
    }

    private static func reasons(_ unmet: [Readiness.Unmet]) -> JSONValue {
        .array(unmet.map { ["condition": .string($0.condition), "reason": .string($0.reason)] })
    }
}
