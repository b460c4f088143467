/// Files that are not read, by their first bytes.
enum RefusedContent: CaseIterable {
    case spreadsheet
    case parquet
    case xz

    /// What bytes begin; `nil` for none of these.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard let found = Self.allCases.first(where: { $0.begins(bytes) }) else { return nil }
        self = found
    }

    private func begins(_ bytes: ArraySlice<UInt8>) -> Bool {
        switch self {
        // Of Excel until 2003; a later one is a zip archive.
        case .spreadsheet: bytes.starts(with: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
        // Its mark, and then no text.
        case .parquet:
            bytes.starts(with: Array("PAR1".utf8))
                && bytes.dropFirst(4).first.map { $0 < 0x09 || (0x0e..<0x20).contains($0) } == true
        case .xz: bytes.starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])
        }
    }

    /// Says of an input what it is, and what to do.
    func error(_ name: String) -> ExtractionError {
        let problem =
            switch self {
            case .spreadsheet:
                "it is a workbook of Excel: save its sheet as CSV (`CSV UTF-8`), or convert it by DuckDB: "
                    + "`copy (from read_xlsx('in.xlsx')) to 'out.csv'`"
            case .parquet:
                "it is Parquet: convert it by DuckDB: `copy (from 'in.parquet') to 'out.csv'`"
            case .xz: "it is compressed by xz: compress it by gzip or zstd"
            }
        return ExtractionError(.format, "reading `\(name)`: \(problem)")
    }
}
