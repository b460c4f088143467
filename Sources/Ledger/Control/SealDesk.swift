import Planning
import Postgres
import Rows

/// Tells where the rows of tables were read from.
public struct SealDesk: Sendable {
    /// What was loaded: a period of a table, by a load.
    public struct Piece: Sendable, Hashable {
        let load: Int64
        let schema: String
        let table: String
        let period: String

        /// A period of a table; an empty one is the whole table.
        public init(load: Int64, schema: String, table: String, period: String) {
            (self.load, self.schema, self.table, self.period) = (load, schema, table, period)
        }
    }

    /// Rows that were refused, and are not settled.
    public struct Refusal: Sendable, Hashable, Codable {
        /// The table, with its schema: `invoices.fact_invoice`.
        public var table: String
        /// The rule that they break.
        public var rule: String
        /// The column that it is about, where it is about one.
        public var column: String?
        /// How many rows.
        public var rows: Int
    }

    /// Where rows were read from.
    public struct Origin: Sendable, Hashable {
        /// The files, each once, in the order of their names; at most ``SealDesk/mostFiles``.
        public var files: [PeriodStanding.Input] = []
        /// Expectations that did not hold, and let it commit all the same.
        public var warnings: [String] = []
        /// Rows that were refused, the most frequent first; at most ``SealDesk/mostRefusals``.
        public var refusals: [Refusal] = []
    }

    /// How many expectations were judged.
    public struct AuditCount: Sendable, Hashable, Codable {
        /// Those that held.
        public var held: Int
        /// Those that did not, and let it commit all the same.
        public var broken: Int

        /// So many.
        public init(held: Int = 0, broken: Int = 0) {
            (self.held, self.broken) = (held, broken)
        }
    }

    /// The most files that are told.
    public static let mostFiles = 20
    /// The most kinds of refusals that are told.
    public static let mostRefusals = 20

    let client: PostgresClient

    /// Where pieces were read from.
    ///
    /// - Throws: `PostgresError` when the ledger does not answer.
    public func origin(of pieces: [Piece]) async throws -> Origin {
        guard !pieces.isEmpty else { return Origin() }
        let rows = try await client.query(
            """
            select t.inputs::text as inputs, array_to_string(t.warnings, E'\\n') as warnings
            from \(Self.list(pieces)) join longshore.task t using (load_id, schema_name, table_name, period)
            where t.state = \(TaskState.done) and (t.inputs is not null or t.warnings is not null)
            """
        )
        var files: Set<PeriodStanding.Input> = []
        var warnings: Set<String> = []
        for row in rows {
            let inputs = try row.optionalText("inputs").flatMap(InputRecord.read) ?? []
            for input in inputs {
                files.insert(.init(name: input.name, size: input.size, digest: input.digest))
            }
            let lines =
                try row.optionalText("warnings")?.unicodeScalars.split(separator: "\n") ?? []
            for line in lines { warnings.insert(String(line)) }
        }
        let ordered = files.sorted { ($0.name, $0.digest) < ($1.name, $1.digest) }
        return Origin(
            files: Array(ordered.prefix(Self.mostFiles)),
            warnings: warnings.sorted(),
            refusals: try await refusals(of: pieces)
        )
    }

    /// How many expectations of what was loaded held, and how many did not.
    ///
    /// - Throws: `PostgresError` when the ledger does not answer.
    public func audits(of pieces: [Piece]) async throws -> AuditCount {
        guard !pieces.isEmpty else { return AuditCount() }
        let rows = try await client.query(
            """
            select count(*) filter (where held) as held, count(*) filter (where not held) as broken
            from \(Self.list(pieces)) join longshore.task t using (load_id, schema_name, table_name, period)
            join longshore.attempt a on \(AttemptTable.hasLoaded("t"))
            join longshore.audit u on u.load_id = a.load_id and u.ordinal = a.ordinal and u.number = a.number
            """
        )
        guard let row = rows.first else { return AuditCount() }
        return AuditCount(held: try row.integer("held"), broken: try row.integer("broken"))
    }

    private static func list(_ pieces: [Piece]) -> SQL {
        """
        unnest(\(pieces.map(\.load))::bigint[], \(pieces.map(\.schema))::text[],
            \(pieces.map(\.table))::text[], \(pieces.map(\.period))::text[])
            as p (load_id, schema_name, table_name, period)
        """
    }

    private func refusals(of pieces: [Piece]) async throws -> [Refusal] {
        try await client.query(
            """
            select r.schema_name || '.' || r.table_name as table_name, r.rule, r.column_name, count(*) as n
            from \(Self.list(pieces)) join longshore.reject r using (load_id, schema_name, table_name, period)
            where r.state = \(RejectState.open)
            group by 1, 2, 3 order by 4 desc, 1, 2, 3 limit \(Self.mostRefusals)
            """
        )
        .map { row in
            Refusal(
                table: try row.text("table_name"),
                rule: try row.text("rule"),
                column: try row.optionalText("column_name"),
                rows: try row.integer("n")
            )
        }
    }
}

extension LedgerDesks {
    /// Where the rows of tables were read from.
    public var seals: SealDesk { SealDesk(client: client) }
}
