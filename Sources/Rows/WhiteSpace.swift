import Values

/// Unicode's `White_Space` characters in UTF-8.
enum WhiteSpace {
    /// The length of the white space that begins at `index`; 0 when there is none.
    @inline(__always)
    static func length(in text: ByteView, at index: Int) -> Int {
        let byte = text[index]
        if byte < 0x80 { return isASCII(byte) ? 1 : 0 }
        return wideLength(in: text, at: index)
    }

    /// The length of the white space that ends before `end`; 0 when there is none.
    @inline(__always)
    static func length(in text: ByteView, before end: Int) -> Int {
        let byte = text[end &- 1]
        if byte < 0x80 { return isASCII(byte) ? 1 : 0 }
        for length in 2...3 where end >= length {
            if wideLength(in: text, at: end - length) == length { return length }
        }
        return 0
    }

    /// Tab, line feed, vertical tab, form feed, carriage return and blank.
    @inline(__always)
    static func isASCII(_ byte: UInt8) -> Bool {
        byte == 0x20 || (byte >= 0x09 && byte <= 0x0d)
    }

    private static func wideLength(in text: ByteView, at index: Int) -> Int {
        let rest = text.count - index
        if text[index] == 0xc2 {
            return rest >= 2 && (text[index + 1] == 0x85 || text[index + 1] == 0xa0) ? 2 : 0
        }
        guard rest >= 3, text[index] >= 0xe1, text[index] <= 0xe3 else { return 0 }
        let tail = (text[index + 1], text[index + 2])
        switch text[index] {
        case 0xe1: return tail == (0x9a, 0x80) ? 3 : 0
        case 0xe3: return tail == (0x80, 0x80) ? 3 : 0
        default:
            if tail.0 == 0x81 { return tail.1 == 0x9f ? 3 : 0 }
            guard tail.0 == 0x80 else { return 0 }
            let isSpace = (0x80...0x8a).contains(tail.1)
            return isSpace || [0xa8, 0xa9, 0xaf].contains(tail.1) ? 3 : 0
        }
    }
}
