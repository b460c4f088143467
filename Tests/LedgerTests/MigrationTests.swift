import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@testable import Ledger

@Suite("Migrations of the ledger", .serialized)
struct MigrationTests {
    private func configuration() async throws -> PostgresConfiguration {
        try PostgresConfiguration(url: await TestStack.shared().freshDatabase())
    }

    @Test("migrating again changes nothing")
    func idempotent() async throws {
        let connection = try await PostgresConnection.connect(configuration())
        try await LedgerSchema.migrate(connection)
        let before = try await applied(connection)
        try await LedgerSchema.migrate(connection)
        #expect(try await applied(connection) == before)
        #expect(Set(before).count == before.count)
        #expect(!before.isEmpty)
        await connection.close()
    }

    @Test("processes that migrate at once leave one ledger, and none of them fails")
    func atOnce() async throws {
        let configuration = try await configuration()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let connection = try await PostgresConnection.connect(configuration)
                    try await LedgerSchema.migrate(connection)
                    await connection.close()
                }
            }
            try await group.waitForAll()
        }
        let connection = try await PostgresConnection.connect(configuration)
        let found = try await applied(connection)
        #expect(Set(found).count == found.count)
        #expect(!found.isEmpty)
        await connection.close()
    }

    @Test("the ledger of a newer program is refused and left alone")
    func newer() async throws {
        let connection = try await PostgresConnection.connect(configuration())
        try await LedgerSchema.migrate(connection)
        let known = try await applied(connection).count
        try await connection.query(
            "insert into longshore.migration (version, name) values (99, 'of the future')"
        )
        await #expect {
            try await LedgerSchema.migrate(connection)
        } throws: { error in
            let error = error as? NewerLedger
            return error?.known == known
                && error?.description
                    == "the ledger has schema version `99`, this program knows `\(known)`: "
                    + "use the longshore that made it, or a newer one"
        }
        #expect(await connection.isInTransaction == false)
        await connection.close()
    }

    @Test("a database that is read-only is refused in words")
    func readOnly() async throws {
        let url = try await TestStack.shared().freshDatabase()
        let readOnly = url + "?options=-c%20default_transaction_read_only%3Don"
        let ledger = LedgerDesks(try PostgresConfiguration(url: readOnly))
        await #expect {
            _ = try await ledger.loads.unfinished()
        } throws: { error in
            let error = error as? LedgerError
            return error?.code == .readOnlyTarget
                && error?.description.contains("default_transaction_read_only = on") == true
        }
        await ledger.close()
    }

    @Test("a migration that waits for a long reader keeps nobody else waiting longer than one try")
    func shortTries() async throws {
        let configuration = try await configuration()
        let connection = try await PostgresConnection.connect(configuration)
        try await makeLedger(lacking: "attempts that have begun", connection)
        let reader = try await PostgresConnection.connect(configuration)
        try await reader.script("begin; select from longshore.task")
        let migration = Task { try await LedgerSchema.migrate(connection) }
        let other = try await PostgresConnection.connect(configuration)
        try await other.query("set statement_timeout = '20s'")
        for _ in 0..<2 {
            await eventually("the migration waits for the reader") {
                try await
                    !reader.query(
                        "select from pg_locks where relation = 'longshore.task'::regclass and not granted"
                    )
                    .isEmpty
            }
            // Behind a lock that is asked for, until the reader ends, this would come to its time limit.
            try await other.query("select from longshore.task")
        }
        try await reader.script("commit")
        try await migration.value
        #expect(try await applied(connection).count == LedgerSchema.known)
        for session in [connection, reader, other] { await session.close() }
    }

    /// The ledger of an older program, which had the migrations before the one named.
    private func makeLedger(lacking name: String, _ connection: PostgresConnection) async throws {
        let known = Migrations.all.prefix { $0.name != name }
        try #require(known.count < Migrations.all.count)
        try await connection.script(
            """
            create schema longshore;
            create table longshore.migration (
                version integer primary key, name text not null, applied_at timestamptz not null default now()
            );
            """
        )
        for (index, migration) in known.enumerated() {
            try await connection.script(migration.sql)
            try await connection.query(
                "insert into longshore.migration (version, name) values (\(index + 1), \(migration.name))"
            )
        }
    }

    private func applied(_ connection: PostgresConnection) async throws -> [String] {
        try await connection.query("select version, applied_at from longshore.migration")
            .map { try $0.text("version") + " " + $0.text("applied_at") }
    }
}
