import Rows

/// What a table of the definition takes of Postgres' limits to tables and rows.
///
/// A table has 1,600 columns at most (`MaxHeapAttributeNumber`), a row 8,160 bytes on a page of 8 kB
/// (`MaxHeapTupleSize`): <https://www.postgresql.org/docs/15/limits.html>. Numbers, dates and keys count whole.
/// Texts, JSON and decimals take as many bytes as they need, up to 24: in a row that does not fit, longer ones are
/// stored elsewhere, with 18 bytes in the row (`toast_tuple_find_biggest_attribute`). Longshore's own columns
/// count too, and those of the temporary tables that rows come through.
public struct RowWidth: Sendable, Hashable {
    /// How many columns a table may have.
    public static let mostColumns = 1_600
    /// How many bytes a row may have.
    public static let mostBytes = 8_160
    /// The longest value that stays in every row.
    private static let longestInRow = 24
    /// What comes before the values of a row, without the bits that tell which are null.
    private static let header = 23

    /// The columns, with Longshore's own.
    public private(set) var columns = 0
    /// Where the values end when each is as short as can be.
    private var shortest = 0
    /// Where they end when each takes as much of the row as it can.
    private var longest = 0
    /// The smallest column that may be null, in bytes; `nil` where none may.
    private var smallestNull: Int?

    /// The widest table of a dimension: its own, or that which its states are merged in.
    public init(_ dimension: Dimension) {
        add(8)
        add(dimension.attributes)
        for _ in dimension.references { add(8) }
        if dimension.isVersioned {
            for size in [8, 8, 1] { add(size) }
        } else if dimension.effective != nil {
            for size in [8, 1] { add(size) }
        } else if dimension.expiry != nil {
            add(8)
        }
        for size in [1, 8] { add(size) }
    }

    /// The widest table of a fact: its own, or that which rows wait in, with their origin, to be compared.
    public init(_ fact: Fact) {
        if fact.periodColumn != nil { add(4) }
        for _ in fact.references { add(8) }
        add(fact.attributes)
        add(8)
        if fact.loading != .replace {
            add(8)
            add(.text)
        } else if fact.duplicates != .reject, fact.periodColumn == nil {
            add(8)
        }
    }

    /// The least that a row takes which has a value in every column, in bytes.
    public var leastBytes: Int { Self.aligned(Self.aligned(Self.header) + shortest) }

    /// The most that a row can take, in bytes: with long values, and one of them null where
    /// that takes more: a row with nulls has a bit for every column.
    public var largestBytes: Int {
        let whole = Self.aligned(Self.aligned(Self.header) + longest)
        guard let smallestNull else { return whole }
        let head = Self.aligned(Self.header + (columns + 7) / 8)
        return max(whole, Self.aligned(head + longest) - smallestNull / 8 * 8)
    }

    /// What is too much, in words with both numbers; `nil` when rows can fit.
    public var excess: String? {
        if columns > Self.mostColumns {
            return "it would have \(columns) columns with Longshore's own, and Postgres allows "
                + "\(Self.mostColumns)"
        }
        guard leastBytes > Self.mostBytes else { return nil }
        return
            "a row with a value in each of its \(columns) columns takes at least \(leastBytes) bytes, and "
            + "Postgres allows \(Self.mostBytes)"
    }

    /// What may be too much where rows can fit; `nil` when every row fits.
    public var risk: String? {
        guard excess == nil, largestBytes > Self.mostBytes else { return nil }
        return
            "a row with long values in its \(columns) columns takes up to \(largestBytes) bytes, and "
            + "Postgres allows \(Self.mostBytes): a load that meets a longer row fails"
    }

    private mutating func add(_ attributes: [Attribute]) {
        for attribute in attributes {
            let start = longest
            add(attribute.plan.type)
            guard !attribute.plan.rules.contains(.required) else { continue }
            smallestNull = min(smallestNull ?? .max, longest - start)
        }
    }

    private mutating func add(_ type: ColumnType) {
        switch type {
        case .integer, .float, .timestamp: add(8)
        case .date: add(4)
        case .boolean: add(1)
        case .uuid: add(16, upTo: 16)
        // A byte of length, then a character; `{}`; a number's sign and scale, and no digit of a zero.
        case .text: add(2, upTo: Self.longestInRow)
        case .json: add(5, upTo: Self.longestInRow)
        case .decimal(let precision, let scale):
            add(3, upTo: Self.bytes(ofDecimal: precision, scale))
        }
    }

    /// A decimal has two bytes for every four of its digits on each side of the point, and a longer head where
    /// there are very many of them.
    private static func bytes(ofDecimal precision: Int, _ scale: Int) -> Int {
        let groups = (precision - scale + 3) / 4 + (scale + 3) / 4
        return min(longestInRow, groups * 2 + (scale > 63 || groups > 63 ? 5 : 3))
    }

    /// A value of always the same size, at a multiple of it.
    private mutating func add(_ size: Int) {
        columns += 1
        shortest = Self.aligned(shortest, to: size) + size
        longest = Self.aligned(longest, to: size) + size
    }

    /// A value that stands anywhere, but at a multiple of four where it is compressed.
    private mutating func add(_ least: Int, upTo most: Int) {
        columns += 1
        shortest += least
        longest = Self.aligned(longest, to: most == Self.longestInRow ? 4 : 1) + most
    }

    private static func aligned(_ offset: Int, to size: Int = 8) -> Int {
        (offset + size - 1) / size * size
    }
}
