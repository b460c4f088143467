/// The grammar of names: they become names of tables and columns.
enum Identifier {
    /// The longest name, so that with what Longshore adds to it every name fits Postgres' 63 bytes.
    static let maximumLength = 48

    /// In words, after "expected".
    static let expectation =
        "a small letter, then small letters, digits and `_`, at most \(maximumLength) in all"

    static let pattern = "^[a-z][a-z0-9_]{0,\(maximumLength - 1)}$"

    static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first, isSmallLetter(first) else { return false }
        guard text.utf8.count <= maximumLength else { return false }
        return text.utf8.allSatisfy { isSmallLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    /// A valid name that looks like `text`, when there is one.
    static func suggestion(for text: String) -> String? {
        var name = ""
        for scalar in text.lowercased().unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9", "_": name.unicodeScalars.append(scalar)
            case " ", "-", ".": name.append("_")
            default: break
            }
        }
        return isValid(name) ? name : nil
    }

    private static func isSmallLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
