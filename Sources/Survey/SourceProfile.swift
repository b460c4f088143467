import Extraction
public import Pipelines
public import Words

/// What was found of a source: its rows, columns and what may be its key.
public struct SourceProfile: Sendable {
    /// What was read: a file's name, or a table of a definition.
    public let name: String
    /// How the file is written; `nil` for a query.
    public internal(set) var format: Format?
    /// The rows that were read.
    public internal(set) var rows = 0
    /// Whether these are all there are.
    public internal(set) var isWhole = true
    /// Rows that could not be read, and the line of the first.
    public internal(set) var faults: (count: Int, firstLine: Int, reason: String)?
    /// What stands out of the file as such: sentences for people.
    public internal(set) var remarks: [String] = []
    /// Why its encoding is to be looked at.
    var encodingDoubt: String?
    /// The columns in the source's order.
    public internal(set) var columns: [ColumnProfile] = []
    /// Columns that the first of several files does not have.
    var otherColumns: Set<ExactText> = []
    /// Columns, by name, that identify a row: single ones, or else small combinations.
    public internal(set) var keys: [[ExactText]] = []
    /// Whether ``keys`` hold for all rows that were read; combinations are looked for in the first
    /// 20,000.
    public internal(set) var areKeysSure = true
    /// The first rows' hashes.
    var rowHashes = RowHashes(width: 0)
    /// How many of the last records cannot be read.
    var faultsAtEnd = 0

    init(name: String) {
        self.name = name
    }

    /// The same, with what is known of how the file is written.
    func written(_ format: Format?) -> SourceProfile {
        var profile = self
        profile.format = format
        profile.tellOfArrays()
        return profile
    }

    /// Says of arrays of objects how each element becomes a row, where none does already.
    private mutating func tellOfArrays() {
        switch format {
        case .jsonLines(let shape)? where shape.expand == nil: break
        case .json(_, let shape)? where shape.expand == nil: break
        default: return
        }
        for index in columns.indices where columns[index].holdsObjectLists {
            let remark =
                "its arrays hold objects: `expand: \(columns[index].name)` makes a row of each"
            columns[index].remarks.append(remark)
            columns[index].doubt = columns[index].doubt ?? remark
        }
    }

    /// The same, with what was guessed of how the file is written.
    func written(_ guess: FormatGuess) -> SourceProfile {
        var profile = written(guess.format)
        profile.remarks = guess.remarks + profile.remarks
        if case .csv(let dialect) = guess.format {
            profile.remarks += CSVRemarks(profile, dialect).lines
        }
        profile.encodingDoubt = guess.encodingDoubt
        return profile
    }

    /// The column called `name`.
    public func column(_ name: ExactText) -> ColumnProfile? {
        columns.first { $0.name == name }
    }
}

extension SourceProfile: Encodable {
    private enum Key: String, CodingKey {
        case name
        case format
        case rowsPath = "rows_path"
        case expand
        case delimiter
        case encoding
        case hasHeader = "has_header"
        case skipped = "lines_skipped"
        case nulls
        case quote
        case escape
        case rows
        case isWhole = "all_rows_read"
        case faultyRows = "faulty_rows"
        case columns
        case keys
        case areKeysSure = "keys_are_sure"
        case remarks
    }

    /// Writes what machines need of it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encodeIfPresent(format?.key, forKey: .format)
        switch format {
        case .csv(let dialect)?:
            let delimiter = String(Unicode.Scalar(dialect.delimiter))
            try container.encode(delimiter, forKey: .delimiter)
            try container.encode(dialect.encoding.rawValue, forKey: .encoding)
            try container.encode(dialect.columns == nil, forKey: .hasHeader)
            try container.encode(dialect.skip.before, forKey: .skipped)
            try container.encode(dialect.nulls, forKey: .nulls)
            try container.encode(dialect.hasQuotes ? "double" : "none", forKey: .quote)
            try container.encode(dialect.hasEscapes ? "backslash" : "none", forKey: .escape)
        case .json(let rows, let shape)?:
            try container.encodeIfPresent(rows?.text, forKey: .rowsPath)
            try container.encodeIfPresent(shape.expand?.text, forKey: .expand)
        case .jsonLines(let shape)?:
            try container.encodeIfPresent(shape.expand?.text, forKey: .expand)
        case .fixed?, nil: break
        }
        try container.encode(rows, forKey: .rows)
        try container.encode(isWhole, forKey: .isWhole)
        try container.encode(faults?.count ?? 0, forKey: .faultyRows)
        try container.encode(columns, forKey: .columns)
        try container.encode(keys, forKey: .keys)
        try container.encode(areKeysSure, forKey: .areKeysSure)
        try container.encode(remarks, forKey: .remarks)
    }
}
