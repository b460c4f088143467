/// What a ``WebServer`` answers.
public struct WebResponse: Sendable {
    /// What the answer holds.
    public enum Body: Sendable {
        /// Bytes that are there.
        case bytes([UInt8])
        /// Bytes that come while somebody listens, such as server-sent events; whoever listens no more cancels whoever
        /// sends.
        case stream(AsyncStream<[UInt8]>)
    }

    /// The status.
    public var status: Int
    /// The header fields.
    public var headers: [WebRequest.Field]
    /// The content.
    public var body: Body

    /// An answer.
    public init(_ status: Int, headers: [WebRequest.Field] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer with bytes of a media type.
    public init(_ status: Int = 200, _ bytes: [UInt8], type: String) {
        self.init(
            status,
            headers: [WebRequest.Field(name: "Content-Type", value: type)],
            body: .bytes(bytes)
        )
    }

    /// An answer of a line of text.
    public init(_ status: Int, text: String) {
        self.init(status, Array(text.utf8), type: "text/plain; charset=utf-8")
    }

    /// Adds a header field; one whose value has a control in it is left out, for it would be another field.
    public mutating func add(_ name: String, _ value: String) {
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return }
        headers.append(WebRequest.Field(name: name, value: value))
    }
}
