import Pipelines

/// The files that one pattern stands for, of all periods.
struct SiblingFiles {
    private let source: FileSource
    private let pattern: FilePattern
    private let dialect: CSVDialect

    /// Files whose headers are read at most, beginning with the last names: a new column comes late.
    private static let filesRead = 1_000

    /// The files of `pattern`; `nil` when it stands for one file alone.
    init?(source: FileSource, pattern: String, dialect: CSVDialect) {
        guard pattern.contains("{period}") || pattern.contains("*"),
            let all = try? FilePattern(
                pattern.replacing("{period}", with: "*"),
                period: nil
            )
        else { return nil }
        self.source = source
        self.pattern = all
        self.dialect = dialect
    }

    /// Whether the header of one of them has a column of that name; a file that cannot be read has none.
    func have(_ column: String) -> Bool {
        let files = (try? source.files(matching: pattern)) ?? []
        return files.reversed().prefix(Self.filesRead)
            .contains { name in
                guard let file = try? CSVFile(source, name, input: 0, dialect: dialect) else {
                    return false
                }
                _ = try? file.readHeader()
                return file.header?.contains(column) ?? false
            }
    }
}
