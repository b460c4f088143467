/// Writes a query's rows as CSV, as Postgres does: a null is nothing, an empty text is `""`.
struct QueryCSV {
    private(set) var bytes: [UInt8] = []
    private var isInRow = false

    /// A text of the row that is written; `nil` for a null.
    mutating func append(_ value: ArraySlice<UInt8>?) {
        if isInRow { bytes.append(UInt8(ascii: ",")) }
        isInRow = true
        guard let value else { return }
        guard value.isEmpty || value.contains(where: Self.needsQuotes) else {
            bytes += value
            return
        }
        let quote = UInt8(ascii: "\"")
        bytes.append(quote)
        for byte in value {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }

    /// Ends the row.
    mutating func endRow() {
        bytes.append(UInt8(ascii: "\n"))
        isInRow = false
    }

    /// What has been written, which is then forgotten.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"): true
        default: false
        }
    }
}
