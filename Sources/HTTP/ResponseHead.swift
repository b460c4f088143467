/// The status and the fields of an answer, line by line as they come.
struct ResponseHead {
    /// The status of the newest answer; 100 and the like are followed by another.
    private(set) var status = 0
    /// The fields.
    private(set) var fields = HTTPFields()
    /// Whether the fields have ended, and the body begins.
    private(set) var isComplete = false
    /// How many bytes have come.
    private(set) var size = 0

    /// Takes a line, with its line end.
    mutating func take(_ line: [UInt8]) {
        size += line.count
        // Behind a body in chunks there may be further fields, which nobody asks for.
        if isComplete { return }
        let text = String(decoding: line, as: UTF8.self).unicodeScalars
            .filter { $0 != "\r" && $0 != "\n" }
        if line.starts(with: "HTTP/".utf8) {
            let words = String(text).split(separator: " ")
            status = words.count > 1 ? Int(words[1]) ?? 0 : 0
            fields = HTTPFields()
        } else if text.isEmpty {
            isComplete = status >= 200
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            fields.append(String(String.UnicodeScalarView(text[..<colon])), Self.trimmed(value))
        }
    }

    private static func trimmed(_ value: Substring.UnicodeScalarView) -> String {
        var value = value
        while value.last == " " || value.last == "\t" { value.removeLast() }
        return String(value)
    }
}
