internal import Words

/// How the records of an object are written, wherever it lies and however it is compressed.
public enum Format: Sendable, Hashable {
    /// Comma-separated values.
    case csv(CSVDialect)
    /// An object of JSON a line.
    case jsonLines(RowShape = RowShape())
    /// The objects of an array in a document of JSON: the one at a path, or the document itself.
    case json(rows: JSONPath?, RowShape = RowShape())
    /// Lines whose columns are as wide in each.
    case fixed(FixedWidth)
}

extension Format {
    /// The keys that declare the formats, the usual first.
    static let keys = ["csv", "jsonl", "json", "fixed"]

    /// The key that declares this one.
    public var key: String {
        switch self {
        case .csv: "csv"
        case .jsonLines: "jsonl"
        case .json: "json"
        case .fixed: "fixed"
        }
    }

    /// The key that declares its columns.
    var declaringKey: String {
        if case .fixed = self { "widths" } else { "columns" }
    }

    /// The names of the columns that the definition declares; `nil` where objects tell them.
    var declaredColumns: [ExactText]? {
        switch self {
        case .csv(let dialect): dialect.columns
        case .fixed(let layout): layout.columns.map(\.name).exact
        case .jsonLines, .json: nil
        }
    }

    /// Whether all rows of an object have the same columns, known before its rows; otherwise it has those that are read of
    /// it, and what a row does not have is nothing there.
    public var hasHeader: Bool {
        switch self {
        case .csv, .fixed: true
        case .jsonLines, .json: false
        }
    }
}
