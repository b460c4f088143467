import Planning
import Postgres
import TestSupport
import Testing
import Warehouse

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
        let ledger = PostgresLedger(try PostgresConfiguration(url: readOnly))
        await #expect {
            _ = try await ledger.unfinishedLoads()
        } throws: { error in
            let error = error as? WarehouseError
            return error?.code == .readOnlyTarget
                && error?.description.contains("default_transaction_read_only = on") == true
        }
        await ledger.close()
    }

    private func applied(_ connection: PostgresConnection) async throws -> [String] {
        try await connection.query("select version, applied_at from longshore.migration")
            .map { try $0.text("version") + " " + $0.text("applied_at") }
    }
}
