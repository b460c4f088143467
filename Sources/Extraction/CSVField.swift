import Words

/// A field as CSV (RFC 4180) holds it between its delimiters.
public enum CSVField {
    private static let quote = UInt8(ascii: "\"")
    private static let special: Set = [
        quote, UInt8(ascii: ","), UInt8(ascii: "\r"), UInt8(ascii: "\n"),
    ]
    /// Before the first field of a file it would be taken for the file's own.
    private static let byteOrderMarks: [[UInt8]] = [
        [0xef, 0xbb, 0xbf], [0xfe, 0xff], [0xff, 0xfe],
    ]

    /// The field's bytes, in quotes when they need them; ``CSVReader`` reads back what was given.
    public static func written(_ field: [UInt8]) -> [UInt8] {
        guard
            field.contains(where: special.contains)
                || byteOrderMarks.contains(where: { field.starts(with: $0) })
        else { return field }
        return [quote] + field.doubling(quote) + [quote]
    }
}
