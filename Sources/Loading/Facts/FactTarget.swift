import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema

/// Where the rows of a fact that is replaced go, and what makes them visible.
struct FactTarget {
    /// The quoted table that the COPY goes to.
    let table: SQL
    /// How many rows of earlier loads give way.
    private(set) var replaced = 0
    /// The partition to attach when the rows are in, when there was none.
    private var firstLeaf: PeriodLeaf?
    /// What brings the new table in as the last thing before the commit.
    private(set) var swap: LeafSwap?

    /// Whether the table is the attempt's own: no earlier one can have left Postgres a wrong belief of
    /// how many rows there are.
    var isNew: Bool { firstLeaf != nil || swap != nil }

    /// Whether the fact gets a partition.
    var isAttached: Bool { firstLeaf != nil }

    /// Whether the rows are to be visible to every snapshot, as nobody sees the table until it is
    /// swapped in: one that is older would find the period empty.
    var isFrozen: Bool { swap != nil }

    /// Makes room for the rows of an attempt.
    static func prepare(
        _ fact: Fact,
        of attempt: Attempt,
        isCopied: Bool
    ) async throws -> FactTarget {
        let design = fact.design(schema: attempt.row.schema)
        guard fact.periodColumn != nil, let period = attempt.period else {
            try await attempt.hold([design])
            return try await emptied(design.qualifiedName, on: attempt.connection)
        }
        let leaf = try await PeriodLeaf.find(fact, of: design, period, on: attempt.connection)
        guard leaf.isAttached else {
            try await leaf.create(as: leaf.name)
            return FactTarget(table: leaf.table, firstLeaf: leaf)
        }
        try await leaf.hold()
        guard fact.reload == .swap, leaf.schema == design.schema,
            case .load(let sideConnection) = attempt.mode
        else {
            return try await emptied(leaf.table, on: leaf.connection)
        }
        let rows = try await leaf.connection.query("select count(*) as n from \(leaf.table)")
        let replaced = try rows.first?.integer("n") ?? 0
        guard ReloadRule.way(fact.reload, replacing: replaced, isCopied: isCopied) == .swap else {
            return try await emptied(leaf.table, on: leaf.connection)
        }
        let fresh = "reload_\(attempt.task.load)_\(attempt.task.ordinal)"
        try await leaf.create(as: fresh)
        return FactTarget(
            table: "\(id: design.schema, fresh)",
            replaced: replaced,
            swap: LeafSwap(leaf: leaf, fresh: fresh, sideConnection: sideConnection)
        )
    }

    /// A place for rows beside those that are there.
    static func beside(_ fact: Fact, of attempt: Attempt) async throws -> FactTarget {
        let design = fact.design(schema: attempt.row.schema)
        guard fact.periodColumn != nil, let period = attempt.period else {
            try await attempt.hold([design])
            return FactTarget(table: design.qualifiedName)
        }
        let leaf = try await PeriodLeaf.find(fact, of: design, period, on: attempt.connection)
        if leaf.isAttached {
            try await leaf.hold()
            return FactTarget(table: leaf.table)
        }
        try await leaf.create(as: leaf.name)
        return FactTarget(table: leaf.table, firstLeaf: leaf)
    }

    private static func emptied(
        _ table: SQL,
        on connection: PostgresConnection
    ) async throws -> FactTarget {
        let watch = try await RowWatch(over: table, on: connection)
        let deleted = try await connection.query("delete from \(table)")
        try await watch.refuseRest(of: .delete, count: "select count(*) from \(table)")
        return FactTarget(table: table, replaced: deleted.affectedRows)
    }

    /// Indexes what was copied, and makes a period's first partition visible.
    func finish() async throws {
        if let swap { try await swap.leaf.prepare(swap.fresh) }
        guard let firstLeaf else { return }
        try await firstLeaf.prepare(firstLeaf.name)
        try await firstLeaf.attach()
    }
}
