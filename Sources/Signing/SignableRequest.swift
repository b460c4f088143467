internal import Words

/// The parts of a request that a signature covers.
public struct SignableRequest: Sendable {
    /// The method in upper case.
    public var method: String
    /// What the field `Host` says: with the port, where it is not the scheme's.
    public var host: String
    /// The path as it is sent: percent-encoded, with `/` at its beginning.
    public var path: String
    /// Names and values of the query, not encoded.
    public var query: [(name: String, value: String)]
    /// Further fields that are signed and sent as they are here.
    public var fields: [(name: String, value: String)]
    /// The SHA-256 of the body in hexadecimal digits.
    public var digest: String

    /// A request; by default it has no body.
    public init(
        _ method: String,
        host: String,
        path: String,
        query: [(name: String, value: String)] = [],
        fields: [(name: String, value: String)] = [],
        digest: String = emptyDigest
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.query = query
        self.fields = fields
        self.digest = digest
    }

    /// SHA-256 of nothing.
    public static let emptyDigest =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    /// The path of an object with each byte encoded that has to be: `/a%20b/c`.
    public static func path(_ segments: String) -> String {
        "/" + PercentEncoding.encoded(segments.utf8, keeping: ["/"])
    }

    /// A query as it is signed and sent: encoded by bytes, sorted by names, then by values.
    public static func canonicalQuery(_ query: [(name: String, value: String)]) -> String {
        query.map { pair in
            (PercentEncoding.encoded(pair.name.utf8), PercentEncoding.encoded(pair.value.utf8))
        }
        .sorted { precedes($0.0, $1.0) || ($0.0 == $1.0 && precedes($0.1, $1.1)) }
        .map { "\($0)=\($1)" }
        .joined(separator: "&")
    }
}

/// Whether a text stands before another in the order of bytes, which signatures use.
func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
}
