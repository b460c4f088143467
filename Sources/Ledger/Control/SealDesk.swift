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

    /// Where rows were read from.
    public struct Origin: Sendable, Hashable {
        /// The files, each once, in the order of their names; at most ``SealDesk/mostFiles``.
        public var files: [PeriodStanding.Input] = []
        /// Expectations that did not hold, and let it commit all the same.
        public var warnings: [String] = []
    }

    /// The most files that are told.
    public static let mostFiles = 20

    let client: PostgresClient

    /// Where pieces were read from.
    ///
    /// - Throws: `PostgresError` when the ledger does not answer.
    public func origin(of pieces: [Piece]) async throws -> Origin {
        guard !pieces.isEmpty else { return Origin() }
        let rows = try await client.query(
            """
            select t.inputs::text as inputs, array_to_string(t.warnings, E'\\n') as warnings
            from unnest(\(pieces.map(\.load))::bigint[], \(pieces.map(\.schema))::text[],
                \(pieces.map(\.table))::text[], \(pieces.map(\.period))::text[])
                as p (load_id, schema_name, table_name, period)
            join longshore.task t using (load_id, schema_name, table_name, period)
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
        return Origin(files: Array(ordered.prefix(Self.mostFiles)), warnings: warnings.sorted())
    }
}

extension LedgerDesks {
    /// Where the rows of tables were read from.
    public var seals: SealDesk { SealDesk(client: client) }
}
