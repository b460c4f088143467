internal import Words

/// A place among this program's own pages: `/loads/131?state=failed`.
///
/// It is made of parts that are escaped each, so that it leads to no other site and runs nothing, whatever the parts say.
public struct Link: Sendable, Hashable {
    /// The path, escaped.
    public private(set) var path: String
    private var parameters: [Parameter] = []

    private struct Parameter: Hashable {
        let name: String
        let value: String
    }

    /// The page under path components: `Link("loads", "131")`; none is the first page.
    public init(_ components: String...) { self.init(components: components) }

    /// The page under path components.
    public init(components: [String]) {
        path = components.map { "/" + Self.escaped($0) }.joined()
        if path.isEmpty { path = "/" }
    }

    /// A page under an absolute path with `{name}` in it, which values take the place of: each stays within its part of the
    /// path, and a path that would lead to another site becomes this one's first page.
    package init(template: String, values: [String: String]) {
        let bytes = Array(template.utf8)
        let question = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        let filled = { (part: ArraySlice<UInt8>) in Self.filled(part, values) }
        self.init(
            components: bytes[..<question].split(separator: UInt8(ascii: "/")).map(filled)
        )
        for field in bytes[question...].dropFirst().split(separator: UInt8(ascii: "&")) {
            let parts = field.split(
                separator: UInt8(ascii: "="),
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            self = adding(filled(parts[0]), parts.count > 1 ? filled(parts[1]) : "")
        }
    }

    /// A text with values for its `{name}`.
    private static func filled(_ text: ArraySlice<UInt8>, _ values: [String: String]) -> String {
        var filled: [UInt8] = []
        var rest = text
        while let open = rest.firstIndex(of: UInt8(ascii: "{")),
            let close = rest[open...].firstIndex(of: UInt8(ascii: "}"))
        {
            filled += rest[..<open]
            let name = String(decoding: rest[(open + 1)..<close], as: UTF8.self)
            filled += (values[name] ?? "").utf8
            rest = rest[(close + 1)...]
        }
        return String(decoding: filled + rest, as: UTF8.self)
    }

    /// The same page with a parameter in place of those of its name; without one where there is no value.
    public func with(_ name: String, _ value: String?) -> Link {
        var link = self
        link.parameters.removeAll { $0.name == name }
        if let value { link.parameters.append(Parameter(name: name, value: value)) }
        return link
    }

    /// The same page with one more parameter of that name.
    public func adding(_ name: String, _ value: String) -> Link {
        var link = self
        link.parameters.append(Parameter(name: name, value: value))
        return link
    }

    /// Path and parameters, as a URL holds them.
    public var text: String {
        guard !parameters.isEmpty else { return path }
        let written = parameters.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))" }
        return path + "?" + written.joined(separator: "&")
    }

    /// A part of a URL, with everything encoded that could end it.
    ///
    /// A part that is only dots would lead upwards, also when its dots are escaped (WHATWG URL, "double-dot path
    /// segment"): it becomes `_`.
    private static func escaped(_ part: String) -> String {
        part == "." || part == ".." ? "_" : PercentEncoding.encoded(part.utf8)
    }
}

extension Link: Encodable {
    /// A link is the text that it is written as.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
