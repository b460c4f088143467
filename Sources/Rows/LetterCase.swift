import Values

/// Changes the case of letters: bytewise when all are ASCII, else by Unicode's mappings.
///
/// A word, for title case, is a run of letters, digits, marks and apostrophes: `O'brien`,
/// `Jean-Luc`, `21st`.
enum LetterCase {
    case upper
    case lower
    case title

    /// Appends `text` in this case; it must be UTF-8.
    @inline(__always)
    func append(_ text: ByteView, to out: inout ByteSink) {
        if UTF8Check.isPlainASCII(text) {
            appendASCII(text, to: &out)
        } else {
            appendUnicode(text, to: &out)
        }
    }

    private func appendASCII(_ text: ByteView, to out: inout ByteSink) {
        var isInWord = false
        for index in 0..<text.count {
            let byte = text[index]
            let isLetter = (byte | 0x20) &- 0x61 < 26
            let isUpper = self == .upper || (self == .title && !isInWord)
            out.append(isLetter ? (isUpper ? byte & 0xdf : byte | 0x20) : byte)
            isInWord = isLetter || byte &- 0x30 <= 9 || byte == UInt8(ascii: "'")
        }
    }

    @inline(never)
    private func appendUnicode(_ text: ByteView, to out: inout ByteSink) {
        var isInWord = false
        for scalar in text.text.unicodeScalars {
            let mapped = mapping(of: scalar, isInWord: isInWord)
            for byte in mapped.utf8 { out.append(byte) }
            isInWord = Self.isWordPart(scalar)
        }
    }

    private func mapping(of scalar: Unicode.Scalar, isInWord: Bool) -> String {
        switch self {
        case .upper: scalar.properties.uppercaseMapping
        case .lower: scalar.properties.lowercaseMapping
        case .title:
            isInWord
                ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
        }
    }

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "'" || scalar == "\u{2019}" || scalar.properties.isAlphabetic { return true }
        switch scalar.properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber, .nonspacingMark, .spacingMark: return true
        default: return false
        }
    }
}
