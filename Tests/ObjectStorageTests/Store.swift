import Endpoints
import HTTP
import Loopback
import ObjectStorage
import Signing
import TestSupport

/// A bucket of a double, asked without pauses.
func bucket(
    of store: S3Double,
    named name: String = S3Double.bucket,
    region: String = "eu-west-1",
    secretKey: String = S3Double.secretKey,
    tries: Int = 5,
    pauses: @escaping @Sendable (Duration) -> Void = { _ in }
) throws -> Bucket {
    let credentials = AWSCredentials(
        accessKey: S3Double.accessKey,
        secretKey: Secret(secretKey),
        sessionToken: Secret(S3Double.sessionToken)
    )
    return try Bucket(
        BucketLocation(bucket: name, region: region, endpoint: HTTPURL(store.url)),
        client: HTTPClient(HTTPConfiguration(reach: .privateNetworks)),
        patience: Patience(tries: tries, wait: { pauses($0) }),
        identity: { .key(credentials) }
    )
}

extension ObjectReader {
    /// All that is left.
    nonisolated(nonsending) func all() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await next() { bytes += piece }
        return bytes
    }
}
