public import Postgres

/// Which version a ledger has, and which one this program makes.
public struct LedgerStanding: Sendable, Hashable, Codable {
    /// A step that the ledger lacks.
    public struct Step: Sendable, Hashable, Codable {
        /// The version that it makes.
        public let version: Int
        /// What it is for.
        public let name: String
    }

    /// The ledger's version; `nil` where there is no ledger.
    public let version: Int?
    /// The newest version that this program knows.
    public let known: Int
    /// The warehouse's name; `nil` where there is none yet.
    public let warehouse: String?
    /// What the ledger's tables take, with their indexes, in bytes.
    public let bytes: Int64

    /// What this program would do to the ledger, in order.
    public var pending: [Step] {
        Migrations.all.enumerated().dropFirst(version ?? 0)
            .map { Step(version: $0.offset + 1, name: $0.element.name) }
    }

    /// Whether a newer program than this one has migrated the ledger.
    public var isNewer: Bool { (version ?? 0) > known }

    /// Asks a warehouse, and changes nothing.
    public static func read(_ connection: PostgresConnection) async throws -> LedgerStanding {
        let version = try await LedgerSchema.installedVersion(connection)
        let rows = try await connection.query(
            """
            select to_regclass('longshore.warehouse') is not null as is_named, coalesce((
                select sum(pg_total_relation_size(c.oid)) from pg_class c
                where c.relnamespace = to_regnamespace('longshore') and c.relkind = 'r'), 0)::bigint as bytes
            """
        )
        let isNamed = try rows.first?.boolean("is_named") ?? false
        let names = isNamed ? try await connection.query("select id from longshore.warehouse") : nil
        return LedgerStanding(
            version: version,
            known: LedgerSchema.known,
            warehouse: try names?.first?.text("id"),
            bytes: try rows.first?.integer("bytes", as: Int64.self) ?? 0
        )
    }
}
