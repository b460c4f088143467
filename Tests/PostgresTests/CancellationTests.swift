import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Cancelling and losing a connection", .timeLimit(.minutes(2)))
struct CancellationTests {
    /// Waits until `connection` is in a statement that sleeps, seen from outside.
    private func waitUntilBusy(_ connection: PostgresConnection) async throws {
        let pid = try #require(connection.backendPID)
        try await withConnection { observer in
            await eventually("the statement runs") {
                try await observer
                    .query(
                        """
                        select 1 from pg_stat_activity
                        where pid = \(Int(pid)) and state = 'active' and wait_event = 'PgSleep'
                        """
                    )
                    .count == 1
            }
        }
    }

    @Test("a cancelled task ends its statement at the server, and the connection goes on")
    func cancelsByTask() async throws {
        let connection = try await freshConnection()
        let task = Task { try await connection.query("select pg_sleep(600)") }
        try await waitUntilBusy(connection)
        task.cancel()
        let error = await postgresError { _ = try await task.value }
        #expect(error?.code == .cancelled)
        #expect(error?.isRetryable == false)
        let one = try await connection.query("select 1 as one")
        #expect(try one.first?.integer("one") == 1)
        await connection.close()
    }

    @Test("cancel() from another task ends the statement, and the connection goes on")
    func cancelsFromOutside() async throws {
        let connection = try await freshConnection()
        let task = Task { try await connection.script("select pg_sleep(600)") }
        try await waitUntilBusy(connection)
        connection.cancel()
        #expect(await postgresError { try await task.value }?.code == .cancelled)
        #expect(connection.isUsable)
        await connection.close()
    }

    @Test("a task that is cancelled already sends nothing")
    func sendsNothingWhenCancelled() async throws {
        let connection = try await freshConnection()
        try await connection.script("create table t (a int)")
        let task = Task {
            cancelCurrentTask()
            try await connection.query("insert into t values (1)")
        }
        #expect(await postgresError { _ = try await task.value }?.code == .cancelled)
        let count = try await connection.query("select count(*) as n from t")
        #expect(try count.first?.integer("n") == 0)
        await connection.close()
    }

    @Test("cancel() without a statement disturbs no later one")
    func cancelsNothing() async throws {
        let connection = try await freshConnection()
        for _ in 0..<20 {
            connection.cancel()
            try await connection.query("select 1")
        }
        await connection.close()
    }

    @Test("a cancellation at any moment hits its own statement or none")
    func cancelsAtAnyMoment() async throws {
        let connection = try await freshConnection()
        for round in 0..<100 {
            let task = Task { try await connection.query("select 1 as one") }
            for _ in 0..<(round * 7 % 50) { await Task.yield() }
            task.cancel()
            _ = try? await task.value
            let next = try await connection.query("select 2 as two")
            #expect(try next.first?.integer("two") == 2)
        }
        await connection.close()
    }

    @Test("a statement's time limit is the server's error, and retryable")
    func tellsTimeoutFromCancellation() async throws {
        try await withConnection { connection in
            let error = await postgresError {
                try await connection.script("set statement_timeout = 1; select pg_sleep(600)")
            }
            #expect(error?.code == .sqlState(.queryCanceled))
            #expect(error?.isRetryable == true)
        }
    }

    @Test("a session that the server ends is a lost connection, now and in later calls")
    func noticesTermination() async throws {
        let connection = try await freshConnection()
        let pid = try #require(connection.backendPID)
        let task = Task { try await connection.query("select pg_sleep(600)") }
        try await waitUntilBusy(connection)
        try await withConnection { killer in
            try await killer.query("select pg_terminate_backend(\(Int(pid))::int)")
        }
        let error = await postgresError { _ = try await task.value }
        #expect(error?.code == .connectionLost)
        #expect(error?.sqlState == .adminShutdown)
        #expect(error?.code == .connectionLost)
        #expect(error?.isRetryable == true)
        #expect(!connection.isUsable)
        #expect(connection.backendPID == nil)
        let later = await postgresError { try await connection.query("select 1") }
        #expect(later?.code == .connectionLost)
        await connection.close()
    }

    @Test("an idle session that the server ended is noticed by the next statement")
    func noticesTerminationWhenIdle() async throws {
        let connection = try await freshConnection()
        let pid = try #require(connection.backendPID)
        try await withConnection { killer in
            try await killer.query("select pg_terminate_backend(\(Int(pid))::int)")
            await eventually("the session is gone") {
                try await killer.query(
                    "select 1 from pg_stat_activity where pid = \(Int(pid))"
                )
                .isEmpty
            }
        }
        let error = await postgresError { try await connection.query("select 1") }
        #expect(error?.code == .connectionLost)
        #expect(!connection.isUsable)
    }

    @Test("a closed connection refuses every call, and ends its session at the server")
    func closes() async throws {
        let connection = try await freshConnection()
        let pid = try #require(connection.backendPID)
        await connection.close()
        await connection.close()
        #expect(!connection.isUsable)
        #expect(
            await postgresError { try await connection.query("select 1") }?.code == .connectionLost
        )
        connection.cancel()
        try await waitUntilGone(pid)
    }

    @Test("a connection that is only dropped ends its session too")
    func endsWhenDropped() async throws {
        var connection: PostgresConnection? = try await freshConnection()
        let pid = try #require(connection?.backendPID)
        connection = nil
        try await waitUntilGone(pid)
    }

    private func waitUntilGone(_ pid: Int32) async throws {
        try await withConnection { observer in
            await eventually("the session ends") {
                try await observer.query(
                    "select 1 from pg_stat_activity where pid = \(Int(pid))"
                )
                .isEmpty
            }
        }
    }

    @Test("statements that block delay no other task")
    func blocksNobodyElse() async throws {
        let configuration = try await freshConfiguration()
        var connections: [PostgresConnection] = []
        for _ in 0..<8 {
            connections.append(try await PostgresConnection.connect(configuration))
        }
        let sleepers = connections.map { connection in
            Task { try await connection.query("select pg_sleep(600)") }
        }
        for connection in connections { try await waitUntilBusy(connection) }
        // With the pool blocked this detached task would only run after ten minutes.
        let began = ContinuousClock.now
        await Task.detached {}.value
        #expect(ContinuousClock.now - began < .seconds(60))
        for sleeper in sleepers { sleeper.cancel() }
        for sleeper in sleepers { _ = try? await sleeper.value }
        for connection in connections { await connection.close() }
    }
}
