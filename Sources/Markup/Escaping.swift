/// Text as markup holds it.
enum Escaping {
    /// Appends text as it stands between tags and in a quoted attribute: byte by byte, because a sign of markup may be one
    /// `Character` with what stands around it.
    ///
    /// Controls that no document of HTML or XML may hold become the sign for what cannot be shown.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case UInt8(ascii: "'"): bytes += "&#39;".utf8
            case 0x09, 0x0A: bytes.append(byte)
            case 0x0D: bytes += "&#13;".utf8
            case 0x00..<0x20, 0x7F: bytes += "\u{FFFD}".utf8
            default: bytes.append(byte)
            }
        }
    }
}
