import BlockingThread
import Foundation
import Postgres
import Testing

private struct Refusal: Error {}

/// The name of the thread that calls it.
private func threadName() -> String {
    let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
    return name?.trimmingCharacters(in: .newlines) ?? ""
}

/// An actor with state that a transaction changes.
private actor Account {
    private var committed = 0
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    func insertTwice() async throws -> Int {
        try await connection.transaction {
            committed += try await connection.query("insert into t values (1)").affectedRows
            committed += try await connection.query("insert into t values (2)").affectedRows
        }
        return committed
    }
}

@Suite("Transactions", .timeLimit(.minutes(2)))
struct TransactionTests {
    private func connectionWithTable() async throws -> PostgresConnection {
        let connection = try await freshConnection()
        try await connection.script("create table t (a int)")
        return connection
    }

    private func count(_ connection: PostgresConnection) async throws -> Int? {
        try await connection.query("select count(*) as n from t").first?.integer("n")
    }

    @Test("what the body did is committed when it returns")
    func commits() async throws {
        let connection = try await connectionWithTable()
        let touched = try await connection.transaction(isolation: .repeatableRead) {
            try await connection.query("insert into t values (1), (2)").affectedRows
        }
        #expect(touched == 2)
        #expect(await !connection.isInTransaction)
        #expect(try await count(connection) == 2)
        await connection.close()
    }

    @Test("an error of the body rolls back and is thrown on")
    func rollsBack() async throws {
        let connection = try await connectionWithTable()
        await #expect(throws: Refusal.self) {
            try await connection.transaction {
                try await connection.query("insert into t values (1)")
                throw Refusal()
            }
        }
        #expect(await !connection.isInTransaction)
        #expect(try await count(connection) == 0)
        await connection.close()
    }

    @Test("what a transaction did that is rolled back in any case is gone, its result is not")
    func rollsBackAlways() async throws {
        let connection = try await connectionWithTable()
        let touched = try await connection.rolledBack {
            try await connection.query("insert into t values (1), (2)").affectedRows
        }
        #expect(touched == 2)
        await #expect(throws: Refusal.self) {
            try await connection.rolledBack { throw Refusal() }
        }
        #expect(await !connection.isInTransaction)
        #expect(try await count(connection) == 0)
        await connection.close()
    }

    @Test("a statement's error that the body swallows does not end as a commit")
    func noticesSwallowedError() async throws {
        let connection = try await connectionWithTable()
        let error = await postgresError {
            try await connection.transaction {
                try await connection.query("insert into t values (1)")
                _ = try? await connection.query("select 1/0")
            }
        }
        #expect(error?.code == .sqlState(.inFailedSQLTransaction))
        #expect(try await count(connection) == 0)
        await connection.close()
    }

    @Test("a cancelled task rolls its transaction back")
    func rollsBackCancelled() async throws {
        let connection = try await connectionWithTable()
        let task = Task {
            try await connection.transaction {
                try await connection.query("insert into t values (1)")
                cancelCurrentTask()
                try await connection.query("insert into t values (2)")
            }
        }
        let error = await postgresError { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(await !connection.isInTransaction)
        #expect(try await count(connection) == 0)
        await connection.close()
    }

    @Test("transactions do not nest")
    func refusesNesting() async throws {
        let connection = try await connectionWithTable()
        let error = await postgresError {
            try await connection.transaction {
                try await connection.transaction {}
            }
        }
        #expect(error?.code == .misuse)
        await connection.close()
    }

    @Test("a serialization failure is retryable, and the retry succeeds")
    func classifiesSerializationFailure() async throws {
        let configuration = try await freshConfiguration()
        let first = try await PostgresConnection.connect(configuration)
        let second = try await PostgresConnection.connect(configuration)
        try await first.script("create table t (a int); insert into t values (1)")
        let error = await postgresError {
            try await first.transaction(isolation: .serializable) {
                try await first.query("select sum(a) from t")
                try await second.transaction(isolation: .serializable) {
                    try await second.query("update t set a = a + 1")
                }
                try await first.query("update t set a = a + 1")
            }
        }
        #expect(error?.code == .sqlState(.serializationFailure))
        #expect(error?.isRetryable == true)
        try await first.transaction(isolation: .serializable) {
            try await first.query("update t set a = a + 1")
        }
        let sum = try await first.query("select a from t")
        #expect(try sum.first?.integer("a") == 3)
        await first.close()
        await second.close()
    }

    @Test("a lock that is not granted in time is retryable")
    func classifiesLockTimeout() async throws {
        let configuration = try await freshConfiguration()
        let holder = try await PostgresConnection.connect(configuration)
        let waiter = try await PostgresConnection.connect(configuration)
        try await holder.script("create table t (a int)")
        try await holder.transaction {
            try await holder.query("lock table t in access exclusive mode")
            let error = await postgresError {
                try await waiter.script("set lock_timeout = '10ms'; select * from t")
            }
            #expect(error?.code == .sqlState(.lockNotAvailable))
            #expect(error?.isRetryable == true)
        }
        await holder.close()
        await waiter.close()
    }

    @Test("an actor changes its own state inside a transaction")
    func composesWithActors() async throws {
        let connection = try await connectionWithTable()
        #expect(try await Account(connection).insertTwice() == 2)
        await connection.close()
    }

    @Test("a body runs on the thread that its task shares with the connection")
    func staysOnSharedThread() async throws {
        let thread = BlockingThread(name: "slot-7")
        let configuration = try await freshConfiguration()
        let names = try await withTaskExecutorPreference(thread) {
            let connection = try await PostgresConnection.connect(configuration, on: thread)
            let names = try await connection.transaction {
                let before = threadName()
                try await connection.query("select 1")
                return [before, threadName()]
            }
            await connection.close()
            return names
        }
        #expect(names == ["slot-7", "slot-7"])
    }

    @Test("a body never runs on a connection's own thread")
    func staysOffTheConnectionsThread() async throws {
        let connection = try await freshConnection()
        try await connection.transaction {
            try await connection.query("select 1")
            #expect(threadName() != "postgres")
        }
        await connection.close()
    }
}
