/// What the escapes in JSON strings stand for.
enum JSONEscapes {
    /// Appends the text of a string, in UTF-8.
    ///
    /// - Throws: ``JSONFault`` for a `\` that escapes nothing, and for half of a surrogate pair.
    static func append(
        _ text: JSONCursor.Text,
        of bytes: Span<UInt8>,
        to out: inout [UInt8]
    ) throws(JSONFault) {
        var index = text.start
        while index < text.end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\\") {
                try appendEscape(at: &index, to: text.end, of: bytes, to: &out)
            } else {
                out.append(byte)
                index &+= 1
            }
        }
    }

    private static func appendEscape(
        at index: inout Int,
        to end: Int,
        of bytes: Span<UInt8>,
        to out: inout [UInt8]
    ) throws(JSONFault) {
        let place = index
        guard index + 1 < end else { throw JSONFault(reason: .badEscape, place: place) }
        let byte = bytes[index + 1]
        index += 2
        guard byte == UInt8(ascii: "u") else {
            guard let plain = plain(byte) else { throw JSONFault(reason: .badEscape, place: place) }
            return out.append(plain)
        }
        let scalar = try scalar(at: &index, to: end, of: bytes, from: place)
        out.append(
            contentsOf: Unicode.UTF8.encode(scalar) ?? Unicode.UTF8.encodedReplacementCharacter
        )
    }

    private static func plain(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The character of one or two `\u` escapes, of which the first began at `place`.
    private static func scalar(
        at index: inout Int,
        to end: Int,
        of bytes: Span<UInt8>,
        from place: Int
    ) throws(JSONFault) -> Unicode.Scalar {
        guard let high = unit(at: &index, to: end, of: bytes) else {
            throw JSONFault(reason: .badEscape, place: place)
        }
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xdc00, index + 1 < end, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { throw JSONFault(reason: .loneSurrogate, place: place) }
        index += 2
        guard let low = unit(at: &index, to: end, of: bytes) else {
            throw JSONFault(reason: .badEscape, place: index - 2)
        }
        guard (0xdc00..<0xe000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
        else { throw JSONFault(reason: .loneSurrogate, place: place) }
        return scalar
    }

    /// The number of four hexadecimal digits.
    private static func unit(at index: inout Int, to end: Int, of bytes: Span<UInt8>) -> UInt32? {
        guard index + 4 <= end else { return nil }
        var value: UInt32 = 0
        for offset in 0..<4 {
            guard let digit = digit(bytes[index + offset]) else { return nil }
            value = value << 4 | digit
        }
        index += 4
        return value
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte) - 0x30
        case 0x41...0x46: UInt32(byte) - 0x37
        case 0x61...0x66: UInt32(byte) - 0x57
        default: nil
        }
    }
}
