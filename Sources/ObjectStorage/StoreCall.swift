internal import Digests
internal import Endpoints
internal import Glibc
internal import HTTP
internal import Signing

/// Something that is asked of a bucket, before it is signed.
struct StoreCall: Sendable {
    /// The method.
    var method: String
    /// Of which object; `nil` for the bucket.
    var key: String?
    /// What is asked, by names and values that are not encoded.
    var query: [(name: String, value: String)] = []
    /// Fields, which are signed.
    var fields: [(name: String, value: String)] = []
    /// What is sent.
    var body: [UInt8] = []
    /// How long and how much.
    var limits = HTTPLimits()
    /// What is being done to what, for messages.
    var activity: String

    /// The request as somebody asks it at a moment; `endpoint` is the bucket's own address, which ends with `/`.
    func request(
        to endpoint: HTTPURL,
        as identity: StoreIdentity,
        region: String,
        at second: Int
    ) -> HTTPRequest {
        var url = endpoint
        if let key {
            let path = SignableRequest.path(key)
            url.path = endpoint.path == "/" ? path : endpoint.path + path.dropFirst()
        }
        let text = SignableRequest.canonicalQuery(query)
        url.query = text.isEmpty ? nil : Secret(text)
        let digest = body.isEmpty ? SignableRequest.emptyDigest : SHA256.hexadecimal(body)
        let signable = SignableRequest(
            method,
            host: url.authority,
            path: url.path,
            query: query,
            fields: fields,
            digest: digest
        )
        var limits = limits
        limits.redirects = 0
        return HTTPRequest(
            method,
            url,
            fields: HTTPFields(
                fields + identity.fields(for: signable, region: region, at: second)
            ),
            body: body.isEmpty ? .none : .bytes(body),
            limits: limits
        )
    }
}

/// The time in seconds since 1970.
public func secondsSince1970() -> Int {
    time(nil)
}
