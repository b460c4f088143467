/// A CSV file that is being written: a header, then rows whose lines are counted.
final class CSVFile {
    /// How lines end and what comes before the first one.
    enum Style {
        /// As a database's export writes it.
        case plain
        /// As a spreadsheet saves it: a byte order mark, and lines that end in CR LF.
        case spreadsheet
    }

    /// The file's name without its folder.
    let name: String
    private let output: SampleFile
    private let lineEnd: [UInt8]
    /// The physical line on which the next row starts; the header is line 1.
    private(set) var line = 1

    init(
        _ name: String,
        in directory: String,
        header: [String],
        style: Style = .plain
    ) throws(SampleDataError) {
        self.name = name
        output = try SampleFile("\(directory)/\(name)")
        lineEnd = style == .plain ? [0x0a] : [0x0d, 0x0a]
        if style == .spreadsheet { try output.write([0xef, 0xbb, 0xbf]) }
        try write(CSVRow(encoded: header.map { Array($0.utf8) }))
    }

    /// Writes a row.
    ///
    /// - Returns: The physical line on which it starts.
    @discardableResult
    func write(_ row: CSVRow) throws(SampleDataError) -> Int {
        let start = line
        try output.write(row.bytes)
        try output.write(lineEnd)
        line += 1
        for byte in row.bytes where byte == 0x0a { line += 1 }
        return start
    }

    func close() throws(SampleDataError) {
        try output.close()
    }
}
