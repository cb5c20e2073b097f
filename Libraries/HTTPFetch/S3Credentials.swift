/// Keys and region for AWS Signature Version 4. Printing or reflecting one never shows a secret.
public struct S3Credentials: Sendable, Hashable {
    /// The public half of the key.
    public var accessKeyID: String
    /// The secret half of the key.
    public var secretAccessKey: String
    /// The token that goes with temporary keys.
    public var sessionToken: String?
    /// The region the bucket lives in, such as `eu-central-1`.
    public var region: String

    /// Makes credentials for one region.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, region: String = "us-east-1")
    {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.region = region
    }
}

extension S3Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Region only.
    public var description: String { "S3Credentials(region: \(region))" }
    /// The same as `description`.
    public var debugDescription: String { description }
    /// Only the region can be reflected.
    public var customMirror: Mirror { Mirror(self, children: ["region": region]) }
}
