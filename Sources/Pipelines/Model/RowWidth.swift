import Rows

/// What a table of the definition takes of Postgres' limits to tables and rows.
///
/// A table has 1,600 columns at most (`MaxHeapAttributeNumber`), a row 8,160 bytes on a page of 8 kB
/// (`MaxHeapTupleSize`): <https://www.postgresql.org/docs/15/limits.html>. Long texts are stored elsewhere,
/// so of a text only its least counts; numbers, dates and keys count whole. Longshore's own columns
/// count too.
public struct RowWidth: Sendable, Hashable {
    /// How many columns a table may have.
    public static let mostColumns = 1_600
    /// How many bytes a row may have.
    public static let mostBytes = 8_160

    /// The columns, with Longshore's own.
    public private(set) var columns = 0
    /// The least that a row takes which has a value in every column, in bytes.
    public private(set) var bytes = 24

    /// The widest table of a dimension: its own, which has all columns of the others.
    public init(_ dimension: Dimension) {
        add(8)
        for attribute in dimension.attributes { add(attribute.plan.type) }
        for _ in dimension.references { add(8) }
        if dimension.isVersioned {
            for size in [8, 8, 1] { add(size) }
        } else if dimension.expiry != nil {
            add(8)
        }
        for size in [1, 8] { add(size) }
    }

    /// The table of a fact.
    public init(_ fact: Fact) {
        if fact.periodColumn != nil { add(4) }
        for _ in fact.references { add(8) }
        for attribute in fact.attributes { add(attribute.plan.type) }
        add(8)
        if fact.periodColumn != nil, fact.loading != .replace { add(4) }
    }

    /// What is too much, in words with both numbers; `nil` when all fits.
    public var excess: String? {
        if columns > Self.mostColumns {
            return "it would have \(columns) columns with Longshore's own, and Postgres allows "
                + "\(Self.mostColumns)"
        }
        guard bytes > Self.mostBytes else { return nil }
        return
            "a row with a value in each of its \(columns) columns takes at least \(bytes) bytes, and "
            + "Postgres allows \(Self.mostBytes)"
    }

    private mutating func add(_ type: ColumnType) {
        switch type {
        case .integer, .float, .timestamp: add(8)
        case .date: add(4)
        case .boolean: add(1)
        case .uuid: add(16, alignment: 1)
        // A byte of length, then a character, or a number's sign and scale and a digit.
        case .text: add(2, alignment: 1)
        case .decimal: add(5, alignment: 1)
        case .json: add(5, alignment: 1)
        }
    }

    private mutating func add(_ size: Int, alignment: Int? = nil) {
        let alignment = alignment ?? size
        columns += 1
        bytes = (bytes + alignment - 1) / alignment * alignment + size
    }
}
