import Postgres
import TestSupport
import Testing

private struct Refusal: Error {}

@Suite("Clients", .timeLimit(.minutes(2)))
struct ClientTests {
    private func backend(of client: PostgresClient) async throws -> Int? {
        try await client.query("select pg_backend_pid() as pid").first?.integer("pid")
    }

    @Test("connects when it is first used, and keeps the connection")
    func lazy() async throws {
        let client = PostgresClient(try await freshConfiguration())
        #expect(await client.generation == 0)
        let first = try await backend(of: client)
        #expect(try await backend(of: client) == first)
        #expect(await client.generation == 1)
        await client.close()
    }

    @Test("a lost connection is made anew, and prepared again")
    func reconnects() async throws {
        let client = PostgresClient(try await freshConfiguration()) { connection in
            try await connection.query("create temporary table mine (a int)")
        }
        let lost = await postgresError {
            try await client.query("select pg_terminate_backend(pg_backend_pid())")
        }
        #expect(lost?.code == .connectionLost)
        #expect(try await client.query("select * from mine").isEmpty)
        #expect(await client.generation == 2)
        await client.close()
    }

    @Test("a connection that could not be prepared is not kept")
    func refused() async throws {
        let client = PostgresClient(try await freshConfiguration()) { _ in throw Refusal() }
        for _ in 1...2 {
            await #expect(throws: Refusal.self) { try await client.query("select 1") }
        }
        #expect(await client.generation == 0)
    }

    @Test("transactions of many callers do not mix")
    func turns() async throws {
        let client = PostgresClient(try await freshConfiguration())
        try await client.query("create table t (a int)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...20 {
                group.addTask {
                    try? await client.transaction { connection in
                        try await connection.query("insert into t values (\(number))")
                        await Task.yield()
                        if number.isMultiple(of: 2) { throw Refusal() }
                    }
                }
            }
            try await group.waitForAll()
        }
        let rows = try await client.query("select count(*) as n, sum(a) as sum from t")
        #expect(try rows.first?.integer("n") == 10)
        #expect(try rows.first?.text("sum") == "100")
        await client.close()
    }

    @Test("who is cancelled in line leaves it at once, and the others keep their turns")
    func cancelledInLine() async throws {
        let client = PostgresClient(try await freshConfiguration())
        let (left, after) = try await client.withConnection { _ in
            let waiting = Task { try await client.query("select 1") }
            waiting.cancel()
            let after = Task { try await backend(of: client) }
            // The connection is not given back before this one is through.
            return (await postgresError { _ = try await waiting.value }, after)
        }
        #expect(left?.code == .cancelled)
        #expect(try await after.value != nil)
        await client.close()
    }

    @Test("a client is closed by a cancelled task, too")
    func closedByCancelled() async throws {
        let client = PostgresClient(try await freshConfiguration())
        let first = try await client.withConnection { connection in
            let closing = Task { await client.close() }
            closing.cancel()
            return (try await connection.query("select 1").count, closing)
        }
        await first.1.value
        try await client.query("select 1")
        #expect(await client.generation == 2)
    }

    @Test("a session of one's own begins and ends with its caller, and so do its locks")
    func ownSession() async throws {
        let url = try await TestStack.shared().freshDatabase()
        let client = PostgresClient(try PostgresConfiguration(url: url))
        let first = try await backend(of: client)
        let own = try await client.withOwnSession { connection in
            try await connection.query("select pg_backend_pid() as pid, pg_advisory_lock(4711)")
                .first?
                .integer("pid", as: Int.self)
        }
        #expect(own != first)
        try await TestStack.shared().eventuallyFree(lock: 4711, in: url)
        #expect(try await backend(of: client) != own)
        await client.close()
    }

    @Test("what takes too long is given up, whatever it has set, and the session goes on")
    func limited() async throws {
        let client = PostgresClient(try await freshConfiguration())
        try await client.withConnection { connection in
            let error = await postgresError {
                try await connection.limited(to: .milliseconds(300)) {
                    try await connection.query("set statement_timeout = 0")
                    try await connection.query("select pg_sleep(30)")
                }
            }
            #expect(error?.code == .timeout)
            let rows = try await connection.limited(to: .seconds(60)) {
                try await connection.query("select 1 as one")
            }
            #expect(rows.count == 1)
        }
        await client.close()
    }

    @Test("settings that the SQL of others leaves are gone for the next one")
    func settings() async throws {
        let client = PostgresClient(try await freshConfiguration())
        try await client.transaction(leavesSettings: true) { connection -> Void in
            try await connection.query("set search_path = pg_temp")
        }
        let path = try await client.query("select current_setting('search_path') as path")
        #expect(try path.first?.text("path") != "pg_temp")
        #expect(await client.generation == 1)
        await client.close()
    }
}
