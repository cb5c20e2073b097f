public import HTTPFetch

internal import Foundation

/// Opens the store that a setting names. Throws an error of code `.configuration`.
/// - Parameters:
///   - url: `file:///directory` or a plain path; or
///     `s3://bucket/prefix?endpoint=https://host:port&region=eu-central-1&style=path` (or `style=host`).
///   - credentials: needed for S3.
///   - syncsToDisk: for a directory, whether a write must survive a power cut before it returns.
public func makeObjectStore(
    url: String,
    credentials: S3Credentials? = nil,
    syncsToDisk: Bool = false
) throws(ObjectStoreError) -> any ObjectStore {
    func refuse(_ reason: String) -> ObjectStoreError {
        ObjectStoreError(.configuration, path: URLRedaction.redact(url), reason: reason)
    }
    guard url.contains("://") else {
        guard !url.isEmpty, !url.contains("\0") else { throw refuse("no directory is named") }
        return try DirectoryObjectStore(root: url, syncsToDisk: syncsToDisk)
    }
    guard let components = URLComponents(string: url) else { throw refuse("the URL is unreadable") }
    switch components.scheme {
    case "file":
        guard ["", "localhost", nil].contains(components.host), components.path.hasPrefix("/"),
            components.query == nil, !components.path.contains("\0")
        else { throw refuse("a file URL needs the form file:///directory") }
        return try DirectoryObjectStore(root: components.path, syncsToDisk: syncsToDisk)
    case "s3":
        guard let credentials else { throw refuse("S3 needs credentials") }
        guard let bucket = components.host else { throw refuse("no bucket is named") }
        var location = S3ObjectStore.Location(bucket: bucket, region: credentials.region)
        var endpoint: String?
        for item in components.queryItems ?? [] {
            switch (item.name, item.value) {
            case ("endpoint", let value?): endpoint = value
            case ("region", let value?): location.region = value
            case ("style", "path"): location.usesPathStyle = true
            case ("style", "host"): location.usesPathStyle = false
            default: throw refuse("the parameter \(item.name) is not known")
            }
        }
        location = S3ObjectStore.Location(
            bucket: bucket,
            endpoint: endpoint,
            region: location.region,
            usesPathStyle: location.usesPathStyle,
            keyPrefix: components.path.split(separator: "/").joined(separator: "/")
        )
        return try S3ObjectStore(location: location, credentials: credentials)
    default:
        throw refuse("the scheme is neither file nor s3")
    }
}
