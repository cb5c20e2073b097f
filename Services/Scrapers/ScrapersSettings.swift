public import Alerting
public import Pipeline

/// The settings of the scrapers service beside the common ones.
public struct ScrapersSettings: Sendable {
    public var sources: SourceSettings
    public var alerts: AlertSettings
    public var deadMan: DeadMan.Settings

    public init(_ reader: inout ConfigurationReader) {
        sources = SourceSettings(&reader)
        alerts = AlertSettings(&reader)
        deadMan = DeadMan.Settings(&reader)
    }
}
