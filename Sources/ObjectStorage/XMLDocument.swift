/// A strict reader of XML 1.0 in UTF-8 for short answers: elements, text, CDATA, comments.
///
/// Document types are refused: without them there are no entities to expand, and nothing to include.
/// <https://www.w3.org/TR/xml/>
public struct XMLDocument {
    private let bytes: [UInt8]
    private var position = 0

    /// Elements within elements: stores need five.
    private static let deepest = 32

    /// The root of a document.
    ///
    /// - Throws: ``XMLFault``.
    public static func root(of bytes: [UInt8]) throws(XMLFault) -> XMLElement {
        var document = XMLDocument(bytes)
        return try document.root()
    }

    private init(_ bytes: [UInt8]) {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        self.bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes
    }

    private mutating func root() throws(XMLFault) -> XMLElement {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw fault("it is not UTF-8")
        }
        try skipBetween()
        guard take("<") else { throw fault("expected `<`") }
        let root = try element(depth: 1)
        try skipBetween()
        guard position == bytes.count else { throw fault("something follows its end") }
        return root
    }

    /// An element whose `<` was taken.
    private mutating func element(depth: Int) throws(XMLFault) -> XMLElement {
        guard depth <= Self.deepest else { throw fault("its elements lie too deep") }
        var element = XMLElement(name: try name())
        try skipAttributes()
        if take("/>") { return element }
        guard take(">") else { throw fault("expected `>`") }
        var text: [UInt8] = []
        while !take("</") {
            if take("<!--") {
                try skip(past: "-->")
            } else if take("<![CDATA[") {
                let start = position
                try skip(past: "]]>")
                text += bytes[start..<position - 3]
            } else if take("<?") {
                try skip(past: "?>")
            } else if take("<") {
                element.children.append(try self.element(depth: depth + 1))
            } else {
                try takeText(into: &text)
            }
        }
        element.text = String(decoding: text, as: UTF8.self)
        guard try name() == element.name else { throw fault("another element ends here") }
        skipBlanks()
        guard take(">") else { throw fault("expected `>`") }
        return element
    }

    private mutating func takeText(into text: inout [UInt8]) throws(XMLFault) {
        guard position < bytes.count else { throw fault("it ends within an element") }
        if take("&") { return text += try reference() }
        let run = bytes[position...].prefix { $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: "&") }
        text += run
        position = run.endIndex
    }

    private static let references = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]

    /// What `&name;` or `&#number;` stands for, whose `&` was taken.
    private mutating func reference() throws(XMLFault) -> [UInt8] {
        let start = position
        guard let end = bytes[start...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
            throw fault("`&` begins nothing")
        }
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        position = end + 1
        if let known = Self.references[text] { return Array(known.utf8) }
        let number = text.hasPrefix("#x") ? UInt32(text.dropFirst(2), radix: 16) : nil
        let decimal = text.hasPrefix("#") ? UInt32(text.dropFirst()) : nil
        guard let value = number ?? decimal, value > 0, let scalar = Unicode.Scalar(value) else {
            throw fault("an entity is not known")
        }
        return Array(String(scalar).utf8)
    }

    private mutating func name() throws(XMLFault) -> String {
        let rest = bytes[position...]
        let ends: [UInt8] = Array(" \t\r\n/><=&;\"'!?".utf8)
        let name = rest.prefix { !ends.contains($0) }
        guard let first = name.first, first > UInt8(ascii: "9") else {
            throw fault("expected a name")
        }
        position = name.endIndex
        return String(decoding: name, as: UTF8.self)
    }

    private mutating func skipAttributes() throws(XMLFault) {
        while true {
            skipBlanks()
            guard let byte = bytes[position...].first, byte != UInt8(ascii: ">"),
                byte != UInt8(ascii: "/")
            else { return }
            _ = try name()
            skipBlanks()
            guard take("=") else { throw fault("expected `=`") }
            skipBlanks()
            guard let quote = ["\"", "'"].first(where: { take($0) }) else {
                throw fault("expected a quote")
            }
            try skip(past: quote)
        }
    }

    /// What may stand around the root: blanks, comments, instructions, but no document type.
    private mutating func skipBetween() throws(XMLFault) {
        while true {
            skipBlanks()
            if take("<!--") {
                try skip(past: "-->")
            } else if take("<?") {
                try skip(past: "?>")
            } else {
                guard !bytes[position...].starts(with: "<!".utf8) else {
                    throw fault("it declares a document type")
                }
                return
            }
        }
    }

    private mutating func skipBlanks() {
        position = bytes[position...].firstIndex { !" \t\r\n".utf8.contains($0) } ?? bytes.count
    }

    private mutating func skip(past end: String) throws(XMLFault) {
        guard let range = bytes[position...].firstRange(of: Array(end.utf8)) else {
            throw fault("it ends before `\(end)`")
        }
        position = range.upperBound
    }

    private mutating func take(_ text: String) -> Bool {
        guard bytes[position...].starts(with: text.utf8) else { return false }
        position += text.utf8.count
        return true
    }

    private func fault(_ reason: String) -> XMLFault {
        XMLFault(reason: reason, offset: position)
    }
}
