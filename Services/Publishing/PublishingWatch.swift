import Alerting
public import Pipeline
public import ServiceLifecycle

/// What this service does beside publishing: it watches the pipeline and tells people. It stands at the end of the
/// pipeline and has the least to do.
public enum PublishingWatch {
    public static func parts(_ context: ServiceContext, _ settings: PublishingSettings) -> [any Service] {
        [
            WatchRole(context: context, settings: settings.watch, alerts: settings.alerts),
            AlertRole(context: context, settings: settings.alerts),
        ]
    }
}
