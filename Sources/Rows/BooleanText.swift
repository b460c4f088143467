import Values

/// Reads booleans: true/false, t/f, yes/no, y/n, 1/0 in any case.
enum BooleanText {
    /// The value; `nil` when the text is none of them.
    static func value(_ text: ByteView) -> Bool? {
        guard text.count <= 5 else { return nil }
        var word: UInt64 = 0
        for index in 0..<text.count {
            let byte = text[index]
            let isUpper = byte >= 0x41 && byte <= 0x5a
            word = word << 8 | UInt64(isUpper ? byte | 0x20 : byte)
        }
        switch word {
        case 0x31, 0x74, 0x79, 0x79_65_73, 0x74_72_75_65: return true
        case 0x30, 0x66, 0x6e, 0x6e_6f, 0x66_61_6c_73_65: return false
        default: return nil
        }
    }
}
