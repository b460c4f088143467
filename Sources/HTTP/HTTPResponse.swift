/// What a server has answered; its body comes when it is asked for.
public struct HTTPResponse: Sendable {
    /// The status: 200 and the like.
    public let status: Int
    /// The fields.
    public let fields: HTTPFields
    /// What has answered, after redirects.
    public let url: HTTPURL
    /// The bytes behind the fields.
    public let body: ResponseBody

    /// Whether the request was done: 200 to 299.
    public var isSuccess: Bool { (200...299).contains(status) }

    /// How long the server wants not to be asked again, from a moment on in seconds since 1970.
    public func retryAfter(now: Int) -> Duration? {
        fields["Retry-After"].flatMap { RetryAfter.pause($0, now: now) }
    }
}

/// The body of a response, piece by piece.
///
/// Nothing is read from the server but what is asked for: a reader that takes its time holds the server
/// back, not memory. A body that is not read to its end is to be closed; one that is dropped closes itself
/// soon.
public final class ResponseBody: Sendable {
    private let client: HTTPClient
    private let number: Int

    init(client: HTTPClient, number: Int) {
        self.client = client
        self.number = number
    }

    deinit {
        Task { [client, number] in await client.end(number) }
    }

    /// The next bytes; `nil` at the end.
    ///
    /// - Throws: ``HTTPError``: a body that has ended before its end among them.
    public func next() async throws(HTTPError) -> [UInt8]? {
        try await client.next(of: number)
    }

    /// All that is left, when it is no more than `limit` bytes.
    ///
    /// - Throws: ``HTTPError``.
    public func collect(upTo limit: Int) async throws(HTTPError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await next() {
            guard bytes.count + piece.count <= limit else {
                await close()
                throw .tooLarge(limit: limit, what: "body")
            }
            bytes += piece
        }
        return bytes
    }

    /// Lets go of what has not been read; the connection is closed when there is any.
    public func close() async {
        await client.end(number)
    }
}
