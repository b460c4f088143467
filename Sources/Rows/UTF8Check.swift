import Values

/// Whether bytes are text that Postgres takes: UTF-8 (RFC 3629) without NUL.
enum UTF8Check {
    /// What is wrong with `text`; `nil` when nothing is.
    @inline(__always)
    static func fault(in text: ByteView) -> ValueFault? {
        isPlainASCII(text) ? nil : slowFault(in: text)
    }

    /// Whether every byte is from 1 to 127.
    @inline(__always)
    static func isPlainASCII(_ text: ByteView) -> Bool {
        var index = 0
        while index &+ 8 <= text.count {
            if isUnusual(text.word(at: index)) { return false }
            index &+= 8
        }
        if text.count >= 8 {
            return index == text.count || !isUnusual(text.word(at: text.count &- 8))
        }
        while index < text.count {
            if text[index] &- 1 >= 0x7f { return false }
            index &+= 1
        }
        return true
    }

    /// Whether one of eight bytes is zero or above 127.
    @inline(__always)
    private static func isUnusual(_ word: UInt64) -> Bool {
        (word | (word &- 0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080 != 0
    }

    @inline(never)
    private static func slowFault(in text: ByteView) -> ValueFault? {
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == 0 { return .nul }
            if byte < 0x80 {
                index &+= 1
                continue
            }
            let length = sequenceLength(in: text, at: index)
            if length == 0 { return .encoding }
            index &+= length
        }
        return nil
    }

    /// The length of the well-formed sequence at `index`; 0 when it is none.
    private static func sequenceLength(in text: ByteView, at index: Int) -> Int {
        let lead = text[index]
        let length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
        guard lead >= 0xc2, lead <= 0xf4, index + length <= text.count else { return 0 }
        let second = text[index + 1]
        let lowest: UInt8 = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80
        let highest: UInt8 = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf
        guard second >= lowest, second <= highest else { return 0 }
        for offset in 2..<length where text[index + offset] & 0xc0 != 0x80 { return 0 }
        return length
    }
}
