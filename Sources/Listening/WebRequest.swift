internal import Words

/// What somebody asks of a ``WebServer``.
public struct WebRequest: Sendable {
    /// `GET`, `POST`.
    public let method: String
    /// The path's components with their escapes resolved, without what stands behind `?`: none for `/`.
    public let path: [String]
    /// What stands behind `?`: names and values with their escapes resolved, in their order.
    public let parameters: [Field]
    /// The header fields in their order; a name may stand several times.
    public let headers: [Field]
    /// The content.
    public let body: [UInt8]
    /// The address that the connection comes from.
    public let peer: String
    /// Whether path and parameters are percent-encoded UTF-8 without NUL; what is not is left out of them.
    public let isWellFormed: Bool

    /// A name with its value.
    public struct Field: Sendable, Hashable {
        /// The name as it was sent.
        public let name: String
        /// The value as it was sent.
        public let value: String

        /// A name with its value.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        /// Whether it is a header field of a name, in any case.
        func isNamed(_ name: String) -> Bool {
            HeaderText.areEqual(self.name.utf8, name.utf8)
        }
    }

    /// A request.
    public init(
        method: String = "GET",
        path: [String],
        parameters: [Field] = [],
        headers: [Field] = [],
        body: [UInt8] = [],
        peer: String = "127.0.0.1",
        isWellFormed: Bool = true
    ) {
        self.method = method
        self.path = path
        self.parameters = parameters
        self.headers = headers
        self.body = body
        self.peer = peer
        self.isWellFormed = isWellFormed
    }

    /// The value of a parameter; `nil` where it is not there, or stands several times.
    public func parameter(_ name: String) -> String? {
        let values = parameters.filter { $0.name == name }
        return values.count == 1 ? values[0].value : nil
    }

    /// All values of a header field, whose name may be written in any case.
    public func values(ofHeader name: String) -> [String] {
        headers.filter { $0.isNamed(name) }.map(\.value)
    }

    /// The value of a header field; `nil` where it is not there, or stands several times: then nobody knows which is meant.
    public func header(_ name: String) -> String? {
        let values = values(ofHeader: name)
        return values.count == 1 ? values[0] : nil
    }

    /// The fields of a form, `application/x-www-form-urlencoded` (WHATWG URL, 5.1).
    ///
    /// `nil` for another type, for escapes that are none, and for bytes that are no UTF-8 or NUL.
    public var form: [Field]? {
        guard let type = header("Content-Type"),
            type.utf8.prefix(Self.formType.utf8.count).elementsEqual(Self.formType.utf8)
        else { return nil }
        var fields: [Field] = []
        for part in body.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = Self.decoded(part[..<equals], plusIsBlank: true),
                let value = Self.decoded(part[equals...].dropFirst(), plusIsBlank: true)
            else { return nil }
            fields.append(Field(name: name, value: value))
        }
        return fields
    }

    private static let formType = "application/x-www-form-urlencoded"

    /// Text without its escapes; `nil` for escapes that are none, and bytes that are no UTF-8 or NUL.
    static func decoded(
        _ text: some Sequence<UInt8>,
        plusIsBlank: Bool = false
    ) -> String? {
        let plus = UInt8(ascii: "+")
        let (bytes, isWellFormed) = PercentEncoding.decoded(
            text.map { plusIsBlank && $0 == plus ? UInt8(ascii: " ") : $0 }
        )
        return isWellFormed && !bytes.contains(0) ? String(validating: bytes, as: UTF8.self) : nil
    }
}
