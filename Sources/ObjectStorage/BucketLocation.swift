public import HTTP

/// Where a bucket is: its name, its region, and who answers for it.
public struct BucketLocation: Sendable, Hashable {
    /// The bucket's name.
    public let bucket: String
    /// The region by which requests are signed.
    public let region: String
    /// Scheme, host and port of the store; by default AWS's own for the region.
    public let endpoint: HTTPURL
    /// Whether the bucket is a part of the path, and not of the host.
    let isInPath: Bool

    /// Describes a place.
    ///
    /// At AWS the bucket is a part of the host, but for names with dots, which its certificates do not cover;
    /// everywhere else it is the first part of the path.
    ///
    /// - Throws: ``ObjectStorageError/Code/misconfigured`` for a name that is none.
    public init(
        bucket: String,
        region: String,
        endpoint: HTTPURL? = nil
    ) throws(ObjectStorageError) {
        guard
            bucket.wholeMatch(
                of: /[A-Za-z0-9][A-Za-z0-9._\-]{1,61}[A-Za-z0-9]/.matchingSemantics(.unicodeScalar)
            ) != nil
        else {
            throw Self.unusable(
                "the bucket's name has 3 to 63 letters, digits, `-`, `.` or `_`, as in `s3://my-bucket/folder`"
            )
        }
        guard Region.isName(region) else {
            throw Self.unusable("the region is a word such as `us-east-1`")
        }
        if let endpoint, endpoint.path != "/" || endpoint.query != nil {
            throw Self.unusable("the endpoint is a scheme, a host and a port, without a path")
        }
        self.bucket = bucket
        self.region = region
        isInPath = endpoint != nil || bucket.contains(/[._A-Z]/.matchingSemantics(.unicodeScalar))
        do throws(HTTPError) {
            let aws = try HTTPURL("https://s3.\(region).\(Self.domain(region))/")
            self.endpoint = endpoint ?? aws
        } catch {
            throw Self.unusable(error.message)
        }
    }

    /// The place of an object, or of the bucket itself.
    ///
    /// - Throws: ``HTTPError``.
    func url(path: String) throws(HTTPError) -> HTTPURL {
        if isInPath {
            var url = endpoint
            url.path = "/\(bucket)\(path)"
            return url
        }
        return try HTTPURL("\(endpoint.scheme)://\(bucket).\(endpoint.authority)\(path)")
    }

    /// Whether an address that the store names for the bucket may be asked with our signature: at AWS S3 in
    /// its other regions, elsewhere what lies below the endpoint's host.
    func covers(_ url: HTTPURL) -> Bool {
        guard url.isSecure == endpoint.isSecure, url.port == endpoint.port else { return false }
        let domain = ".\(Self.domain(region))"
        guard endpoint.host.hasSuffix(domain) else {
            return url.host == endpoint.host || url.host.hasSuffix(".\(endpoint.host)")
        }
        guard url.host.hasSuffix(domain) else { return false }
        var service = url.host.dropLast(domain.count)
        let hasBucket = service.hasPrefix("\(bucket).")
        if hasBucket { service = service.dropFirst(bucket.count + 1) }
        return (isInPath || hasBucket) && Self.isS3(service)
    }

    /// Whether the host of a service at AWS, without its domain, is one of S3.
    ///
    /// Such are `s3`, `s3-us-west-2` and `s3-fips.dualstack.us-west-2`. Hosts as those of EC2 are anybody's.
    private static func isS3(_ service: Substring) -> Bool {
        service.wholeMatch(
            of: /s3(-[a-z0-9\-]+)?(\.dualstack)?(\.[a-z]{2}(-[a-z]+)+-[0-9]+)?/
                .matchingSemantics(.unicodeScalar)
        )
            != nil
    }

    private static func domain(_ region: String) -> String {
        region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
    }

    private static func unusable(_ what: String) -> ObjectStorageError {
        ObjectStorageError(.misconfigured, "the object store cannot be used: \(what)")
    }
}
