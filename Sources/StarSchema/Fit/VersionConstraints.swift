import Ledger
import Pipelines
import Postgres

/// The constraints that keep a dimension's versions in order: none ends before it begins, and no two
/// of one business key overlap (docs/decisions/0010, 0023).
struct VersionConstraints {
    private let dimension: Dimension
    private let schema: String
    private let connection: PostgresConnection

    init(_ dimension: Dimension, schema: String, on connection: PostgresConnection) {
        self.dimension = dimension
        self.schema = schema
        self.connection = connection
    }

    private var table: SQL { "\(id: schema, dimension.table)" }

    /// Adds those that are missing.
    ///
    /// - Throws: `StarSchemaError` when the versions that are there break one.
    func ensure() async throws {
        guard dimension.isVersioned else { return }
        let rows = try await connection.query(
            """
            select conname as name from pg_constraint where conrelid = to_regclass(\(table.text))
            """
        )
        let present = try Set(rows.map { try $0.text("name") })
        if !present.contains(validity) { try await addValidity() }
        if !present.contains(overlap) { try await addOverlap() }
    }

    private var validity: String { Self.validity(of: dimension) }
    private var overlap: String { Self.overlap(of: dimension) }

    /// What the constraints of a dimension are called.
    static func names(of dimension: Dimension) -> [String] {
        [validity(of: dimension), overlap(of: dimension)]
    }

    private static func validity(of dimension: Dimension) -> String {
        dimension.table + "_validity"
    }

    private static func overlap(of dimension: Dimension) -> String { dimension.table + "_overlap" }

    /// A row that holds for no instant is kept for the facts that point to it.
    private func addValidity() async throws {
        let holds: SQL = "valid_from < valid_to or valid_from = valid_to and not is_current"
        do {
            try await add(validity, "check (\(holds))")
        } catch let error as PostgresError where error.sqlState == .checkViolation {
            throw StarSchemaError.brokenVersions(
                "\(schema).\(dimension.table)",
                "end before they begin",
                query: "select * from \(table) where not (\(holds));"
            )
        }
    }

    /// The key goes in by its hash of 64 bits, as a point with one half of the bits on each axis: points
    /// need no extension, their index is fast, and a hash takes keys of every type and of several
    /// columns alike.
    private func addOverlap() async throws {
        let hash: SQL = "hash_record_extended(row(\(ids: dimension.key)), 0)"
        do {
            try await add(
                overlap,
                """
                exclude using gist (point(\(hash) >> 32, \(hash) & 4294967295) with ~=,
                    tstzrange(valid_from, valid_to) with &&) deferrable initially deferred
                """
            )
        } catch let error as PostgresError where error.sqlState == .exclusionViolation {
            throw StarSchemaError.brokenVersions(
                "\(schema).\(dimension.table)",
                "overlap",
                query: """
                    select a.* from \(table) a join \(table) b on \(dimension.keysEqual("a", "b")) \
                    and a.\(id: dimension.surrogateKey) <> b.\(id: dimension.surrogateKey) \
                    and tstzrange(a.valid_from, a.valid_to) && tstzrange(b.valid_from, b.valid_to) \
                    order by \(ids: dimension.key, of: "a"), a.valid_from;
                    """
            )
        }
    }

    private func add(_ name: String, _ definition: SQL) async throws {
        try await LockPatience(connection)
            .run(
                "alter table \(table) add constraint \(id: name) \(definition)",
                on: table
            )
    }
}
