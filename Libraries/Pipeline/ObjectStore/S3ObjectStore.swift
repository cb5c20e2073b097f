public import HTTPFetch

internal import Foundation

/// A bucket of S3 or a store that speaks its protocol (MinIO, Ceph, R2, Google's interoperability endpoint).
///
/// Requests are signed with AWS Signature Version 4, and repeated after transient failures. The checksum travels as
/// the metadata field `x-amz-meta-sha256`. `ifAbsent` relies on `If-None-Match: *`, which the store must honour.
public struct S3ObjectStore: ObjectStore {
    /// Where the bucket is and how to ask for it.
    public struct Location: Sendable, Hashable {
        /// The bucket's name.
        public var bucket: String
        /// Scheme, host and port, without a path: `https://s3.eu-central-1.amazonaws.com`.
        public var endpoint: String
        /// The region for the signature.
        public var region: String
        /// Whether the bucket is the first segment of the path; otherwise it is a label of the host name.
        public var usesPathStyle: Bool
        /// Put in front of every path, without slashes at its ends; empty for none.
        public var keyPrefix: String

        /// Makes a location; the endpoint defaults to Amazon's for the region.
        public init(
            bucket: String,
            endpoint: String? = nil,
            region: String = "us-east-1",
            usesPathStyle: Bool = true,
            keyPrefix: String = ""
        ) {
            self.bucket = bucket
            self.endpoint = endpoint ?? "https://s3.\(region).amazonaws.com"
            self.region = region
            self.usesPathStyle = usesPathStyle
            self.keyPrefix = keyPrefix
        }
    }

    /// Where the bucket is.
    public let location: Location
    let addresses: S3Addresses
    let client: HTTPClient
    private let credentials: S3Credentials
    private let retries: RetryPolicy

    /// Makes a store; nothing is asked of it yet. Throws an error of code `.configuration`.
    public init(
        location: Location,
        credentials: S3Credentials,
        retries: RetryPolicy = RetryPolicy(),
        requestTimeout: Duration = .seconds(60),
        proxy: String? = nil
    ) throws(ObjectStoreError) {
        self.location = location
        addresses = try S3Addresses(location)
        var credentials = credentials
        credentials.region = location.region
        self.credentials = credentials
        self.retries = retries
        // The endpoint is the operator's word and often a private address; nothing else may be asked.
        client = HTTPClient(
            limits: HTTPLimits(
                totalTimeout: requestTimeout,
                maximumRedirects: 0,
                allowedHosts: [addresses.host],
                allowPrivateAddresses: true
            ),
            userAgent: "Tipoff/1.0 (object store)",
            proxy: proxy
        )
    }

    @discardableResult
    public func put(
        _ path: ObjectPath,
        bytes: [UInt8],
        ifAbsent: Bool
    ) async throws(ObjectStoreError) -> ObjectMetadata {
        let digest = SHA256.hash(bytes).hex
        var headers = [("Content-Type", "application/octet-stream"), ("x-amz-meta-sha256", digest)]
        if ifAbsent { headers.append(("If-None-Match", "*")) }
        let attempts = AttemptCount()
        let response = try await send(
            "PUT",
            path.string,
            url: addresses.object(path),
            headers: headers,
            body: bytes,
            digest: digest,
            attempts: attempts
        )
        if response.status == 412 || response.status == 409, ifAbsent {
            // After a lost reply the object that is there may be the one that this call wrote.
            if response.status == 412, attempts.value > 1, let present = try await head(path), present.sha256 == digest
            {
                return present
            }
            let code: ObjectStoreError.Code = response.status == 412 ? .alreadyExists : .unavailable
            throw ObjectStoreError(code, path: path.string, reason: "another writer was first")
        }
        try check(response, path.string)
        let written = response.headers["date"].flatMap(HTTPResponse.date) ?? response.receivedAt
        return ObjectMetadata(path: path, byteCount: bytes.count, sha256: digest, modifiedAt: written)
    }

    public func get(_ path: ObjectPath, maximumBytes: Int) async throws(ObjectStoreError) -> [UInt8] {
        // Room for an error document, whose length has nothing to do with the object's.
        let response = try await send(
            "GET",
            path.string,
            url: addresses.object(path),
            maximumBodyBytes: max(maximumBytes, 64 << 10)
        )
        try check(response, path.string)
        guard response.body.count <= maximumBytes else {
            throw ObjectStoreError(.tooLarge, path: path.string, reason: "longer than \(maximumBytes) bytes")
        }
        guard let stored = response.headers["x-amz-meta-sha256"] else { return response.body }
        guard let expected = SHA256Digest(hex: stored), expected == SHA256.hash(response.body) else {
            throw ObjectStoreError(.corrupt, path: path.string, reason: "the bytes don't match the checksum")
        }
        return response.body
    }

    public func head(_ path: ObjectPath) async throws(ObjectStoreError) -> ObjectMetadata? {
        let response = try await send("HEAD", path.string, url: addresses.object(path))
        if response.status == 404 { return nil }
        try check(response, path.string)
        guard let length = response.headers["content-length"].flatMap({ Int($0) }) else {
            throw ObjectStoreError(.badResponse, path: path.string, reason: "no length in the answer")
        }
        let digest: String
        if let stored = response.headers["x-amz-meta-sha256"].flatMap({ SHA256Digest(hex: $0) }) {
            digest = stored.hex
        } else {
            digest = SHA256.hash(try await get(path, maximumBytes: length)).hex
        }
        return ObjectMetadata(
            path: path,
            byteCount: length,
            sha256: digest,
            modifiedAt: response.lastModified ?? response.receivedAt
        )
    }

    public func delete(_ path: ObjectPath) async throws(ObjectStoreError) {
        let response = try await send("DELETE", path.string, url: addresses.object(path))
        if response.status != 404 { try check(response, path.string) }
    }

    func send(
        _ method: String,
        _ path: String,
        url: String,
        headers: [(String, String)] = [],
        body: [UInt8]? = nil,
        digest: String = S3Addresses.emptyDigest,
        maximumBodyBytes: Int? = nil,
        attempts: AttemptCount = AttemptCount()
    ) async throws(ObjectStoreError) -> HTTPResponse {
        // The payload's hash is part of the signature, so the store refuses bytes that changed on the way.
        let request = HTTPRequest(
            method: method,
            url: url,
            headers: headers + [("x-amz-content-sha256", digest)],
            body: body,
            s3: credentials,
            acceptsCompression: false,
            maximumBodyBytes: maximumBodyBytes
        )
        do throws(HTTPError) {
            return try await client.fetch(request, retrying: retries, onRetry: { made, _ in attempts.set(made + 1) })
        } catch {
            throw Self.translate(error, path)
        }
    }

    func check(_ response: HTTPResponse, _ path: String) throws(ObjectStoreError) {
        if response.isSuccess { return }
        let reason = "status \(response.status)" + (S3Listing.errorCode(response.body).map { ", \($0)" } ?? "")
        let code: ObjectStoreError.Code =
            switch response.status {
            case 404: reason.hasSuffix("NoSuchBucket") ? .configuration : .notFound
            case 401, 403: .access
            case 300..<400: .configuration
            case 409, 429: .unavailable
            case _ where response.isTransientStatus: .unavailable
            default: .badResponse
            }
        throw ObjectStoreError(code, path: path, reason: reason)
    }

    private static func translate(_ error: HTTPError, _ path: String) -> ObjectStoreError {
        let code: ObjectStoreError.Code =
            switch error.code {
            case .tooLarge: .tooLarge
            case .cancelled: .cancelled
            case .tls, .invalidRequest, .blockedHost, .blockedScheme: .configuration
            default: error.isTransient ? .unavailable : .badResponse
            }
        return ObjectStoreError(code, path: path, reason: "\(error.code): \(error.reason)")
    }
}
