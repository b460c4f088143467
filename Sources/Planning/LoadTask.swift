public import Pipelines

/// Which load task: a load and the task's place in its plan.
public struct LoadTaskID: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The load's number in the ledger.
    public let load: Int64
    /// The task's place in the load's plan, from 0.
    public let ordinal: Int

    /// Creates an identifier.
    public init(load: Int64, ordinal: Int) {
        self.load = load
        self.ordinal = ordinal
    }

    /// `12.3`: what commands print and take.
    public var description: String { "\(load).\(ordinal)" }
}

/// The kinds of work in a plan.
public enum LoadTaskKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// One dimension.
    case dimension
    /// One fact and period.
    case fact
    /// One mart, whole or for one period.
    case mart
    /// The rows of one export, and what of them is to be delivered.
    case export
    /// The deliveries of one export.
    case delivery

    /// The name of the table that holds the `name` of this kind: `dim_agent`; exports have none, and are
    /// called alike: `export_spend`.
    public func table(_ name: String) -> String {
        switch self {
        case .dimension: "dim_\(name)"
        case .fact: "fact_\(name)"
        case .mart: "mart_\(name)"
        case .export: "export_\(name)"
        case .delivery: "delivery_\(name)"
        }
    }

    /// Whether what it makes follows from other tables alone, and from no source.
    public var isDerived: Bool {
        switch self {
        case .dimension, .fact: false
        case .mart, .export, .delivery: true
        }
    }

    /// Whether it fills a table of the star.
    public var hasTable: Bool {
        switch self {
        case .dimension, .fact, .mart: true
        case .export, .delivery: false
        }
    }
}

extension Pipeline {
    /// The names of what a task of a kind needs: a delivery its export and the exports that it comes after,
    /// until they are delivered.
    public func needs(of name: String, as kind: LoadTaskKind) -> [String] {
        kind == .delivery ? [name] + (export(name)?.after ?? []) : needs(of: name)
    }
}

/// One unit of work in a load.
public struct LoadTask: Sendable, Hashable {
    /// What kind of table it fills.
    public let kind: LoadTaskKind
    /// The table's name in the definition (`call`, not `fact_call`).
    public let name: String
    /// The slice of time; `nil` for what is loaded whole.
    public let period: Period?
    /// The queue it goes to.
    public let pool: String

    /// Creates a task.
    public init(kind: LoadTaskKind, name: String, period: Period?, pool: String) {
        self.kind = kind
        self.name = name
        self.period = period
        self.pool = pool
    }
}

/// What a load task did to rows: `read = loaded + rejected + deduplicated` always.
public struct RowCounts: Sendable, Hashable, Codable {
    /// Rows taken from the source.
    public var read: Int
    /// Rows that are now in the table (of a dimension: that were merged into it).
    public var loaded: Int
    /// Rows refused by a rule, kept as rejects.
    public var rejected: Int
    /// Rows that said again what another row of the same task said.
    public var deduplicated: Int

    /// Creates counts; by default all are zero.
    public init(read: Int = 0, loaded: Int = 0, rejected: Int = 0, deduplicated: Int = 0) {
        self.read = read
        self.loaded = loaded
        self.rejected = rejected
        self.deduplicated = deduplicated
    }

    /// Whether no row was lost or invented.
    public var isConserved: Bool { read == loaded + rejected + deduplicated }

    /// Sums, column by column; one that is too large is the largest there is, for whoever may write counts may write any.
    public static func + (left: RowCounts, right: RowCounts) -> RowCounts {
        RowCounts(
            read: sum(left.read, right.read),
            loaded: sum(left.loaded, right.loaded),
            rejected: sum(left.rejected, right.rejected),
            deduplicated: sum(left.deduplicated, right.deduplicated)
        )
    }

    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, isTooLarge) = left.addingReportingOverflow(right)
        return isTooLarge ? .max : sum
    }
}
