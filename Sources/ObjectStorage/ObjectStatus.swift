internal import HTTP

/// What a store says of an object.
public struct ObjectStatus: Sendable, Hashable {
    /// The object's whole name in the bucket.
    public let key: String
    /// Its bytes; `nil` where the store does not say.
    public internal(set) var size: Int?
    /// The name of its content: another content has another one.
    ///
    /// It is no digest that could be computed: that of an object in parts is not.
    public let etag: String?
    /// When it was written, in whole seconds since 1970.
    public let modified: Int?
    /// What was written with it, by names in small letters without `x-amz-meta-`; lists do not tell it.
    public let metadata: [String: String]

    init(
        key: String,
        size: Int?,
        etag: String?,
        modified: Int?,
        metadata: [String: String] = [:]
    ) {
        self.key = key
        self.size = size
        self.etag = etag
        self.modified = modified
        self.metadata = metadata
    }

    /// Of the fields of an answer.
    init(key: String, _ fields: HTTPFields) {
        self.init(
            key: key,
            size: fields["Content-Length"].flatMap { Int($0) },
            etag: fields["ETag"],
            modified: fields["Last-Modified"].flatMap(HTTPDate.second),
            metadata: Self.metadata(fields)
        )
    }

    private static func metadata(_ fields: HTTPFields) -> [String: String] {
        let prefix = "x-amz-meta-"
        let named = fields.all.map { (name: $0.name.lowercased(), value: $0.value) }
            .filter { $0.name.hasPrefix(prefix) }
        return Dictionary(
            named.map { (String($0.name.dropFirst(prefix.count)), $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
