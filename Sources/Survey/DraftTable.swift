import Pipelines
import Rows
import Words

/// A table of a drafted definition.
struct DraftTable {
    /// A column that holds a value.
    struct Column {
        var name: String
        var profile: ColumnProfile
        /// What is to be decided, as a comment.
        var remark: String?
        /// Whether blanks at the ends are taken away.
        var isTrimmed: Bool
        /// What it is read as.
        var guess: TypeGuess

        init(name: String, profile: ColumnProfile) {
            self.name = name
            self.profile = profile
            remark = profile.doubt
            isTrimmed = profile.isPadded
            guess = profile.guess
        }

        /// What is to be decided, and what is done to its values.
        var comment: String? {
            let parts = [remark, isTrimmed ? "white space at the ends is trimmed" : nil]
            let comment = parts.compactMap(\.self).joined(separator: "; ")
            return comment.isEmpty ? nil : comment
        }
    }

    /// A column that points to a dimension.
    struct Reference {
        var name: String
        var dimension: String
        var from: ExactText
        var missing = "reject"
        var remark: String?
    }

    var name: String
    var origin: DraftOrigin
    var columns: [Column]
    var references: [Reference] = []
    /// The source's columns that identify a row; empty when none were found.
    var key: [ExactText]
    /// The source's column that places rows in periods.
    var periodColumn: ExactText?
    /// The files, when they are not just the profiled one.
    var pattern: String?
    /// What is to be decided of the table, as comments.
    var remarks: [String] = []

    /// The names that cannot be given to another column.
    var taken: Set<String> {
        Set(columns.map(\.name) + references.map(\.name) + references.map { $0.name + "_key" })
            .union([name + "_key"])
    }

    /// Whether a column has not been moved to another table.
    func has(_ column: Column) -> Bool {
        columns.contains { $0.profile.name == column.profile.name }
    }

    /// The definition's name of a source's column.
    func name(of source: ExactText) -> String? {
        columns.first { $0.profile.name == source }?.name
            ?? references.first { $0.from == source }?.name
    }

    /// The first column that is a date or timestamp in every row.
    var moment: Column? {
        columns.first { column in
            guard column.profile.isFull, column.guess.bounds != nil else { return false }
            switch column.guess.type {
            case .date, .timestamp: return true
            default: return false
            }
        }
    }
}

/// The days that a date or timestamp column lies in.
struct DraftDays {
    let first: Day
    let last: Day
    /// Whether its texts have offsets, so that the day in UTC may be the one before or after.
    let hasOffset: Bool

    init?(_ column: DraftTable.Column) {
        guard let bounds = column.profile.guess.bounds else { return nil }
        let format: String
        switch column.guess.type {
        case .date(let dateFormat), .timestamp(let dateFormat, _): format = dateFormat.pattern
        default: return nil
        }
        guard let first = Self.day(bounds.least, format),
            let last = Self.day(bounds.greatest, format)
        else { return nil }
        self.first = first
        self.last = last
        hasOffset = format.contains("X")
    }

    /// Whether all of them lie in one period.
    func lie(within period: Period) -> Bool {
        let slack = hasOffset ? 1 : 0
        return first.number - slack >= period.start.number
            && last.number + slack < period.end.number
    }

    /// Reads the day of a text that is written in a format.
    private static func day(_ text: String, _ format: String) -> Day? {
        var values: [Character: Int] = [:]
        var rest = text[...]
        var pattern = format[...]
        while let letter = pattern.first {
            let run = pattern.prefix { $0 == letter }
            pattern = pattern.dropFirst(run.count)
            guard "yMd".contains(letter) else {
                rest = rest.dropFirst(run.count(where: { $0 != "'" }))
                continue
            }
            let digits = rest.prefix(max(run.count, letter == "y" ? 4 : 2))
                .prefix(while: \.isNumber)
            values[letter] = Int(digits)
            rest = rest.dropFirst(digits.count)
            if values.count == 3 { break }
        }
        guard let year = values["y"], let month = values["M"], let day = values["d"] else {
            return nil
        }
        return Day(year: year, month: month, day: day)
    }
}
