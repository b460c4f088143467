import Pipelines
import Words

/// What the rows of a CSV file say of how it is written: for people to decide.
struct CSVRemarks {
    private let profile: SourceProfile
    private let dialect: CSVDialect

    init(_ profile: SourceProfile, _ dialect: CSVDialect) {
        self.profile = profile
        self.dialect = dialect
    }

    /// A sentence for each.
    var lines: [String] { end + nulls + fixedWidth }

    /// The most unreadable lines at the end that the remark is made for.
    private static let longestEnd = 3

    /// A remark when only the last lines cannot be read.
    private var end: [String] {
        let count = profile.faultsAtEnd
        guard profile.isWhole, profile.rows > 0, let faults = profile.faults,
            faults.count == count, count <= Self.longestEnd
        else { return [] }
        let before = dialect.skip.before > 0 ? "before: \(dialect.skip.before), " : ""
        return [
            "only the end cannot be read, from line \(faults.firstLine): if that is no row, "
                + "`skip: { \(before)after: \(count) }`"
        ]
    }

    /// A remark when the file has one column, and its lines are as long as each other and have blanks in them.
    private var fixedWidth: [String] {
        guard profile.rows > 1, profile.columns.count == 1, let column = profile.columns.first,
            let lengths = column.lengths, lengths.lowerBound == lengths.upperBound,
            dialect.columns != nil || column.name.text.unicodeScalars.count == lengths.lowerBound,
            column.least?.utf8.contains(UInt8(ascii: " ")) == true
        else { return [] }
        return [
            "each line has \(counted(lengths.lowerBound, "character")) and no delimiter: if its columns are of fixed width, "
                + "`fixed` with `widths` reads it instead of `csv`"
        ]
    }

    /// Words that perhaps mean nothing in the whole file: they stand in several columns.
    private var nulls: [String] {
        let words = profile.columns.flatMap(\.nullWords)
        return Set(words).sorted()
            .compactMap { word in
                let count = words.count { $0 == word }
                guard count > 1 else { return nil }
                return
                    "`\(word)` stands in \(count) columns: if it means nothing there, `nulls: \(QuotedText.double(word))` "
                    + "beside `csv`"
            }
    }
}
