import Foundation
import Postgres
import TestSupport
import Testing

private struct Refusal: Error {}

/// The memory that this process has in use, in bytes.
private func residentBytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    let kilobytes = try #require(line.split(separator: " ").dropLast().last.flatMap { Int($0) })
    return kilobytes * 1024
}

@Suite("COPY into the server", .timeLimit(.minutes(5)))
struct CopyInTests {
    private func connectionWithTable() async throws -> PostgresConnection {
        let connection = try await freshConnection()
        try await connection.script("create table t (a int, b text)")
        return connection
    }

    /// Lets the server run a statement of PL/pgSQL before each row, or before the whole COPY.
    private func addTrigger(
        _ statement: String,
        for scope: String,
        _ connection: PostgresConnection
    ) async throws {
        try await connection.script(
            """
            create function act() returns trigger language plpgsql as
              $$ begin \(raw: statement); return new; end $$;
            create trigger act before insert on t for each \(raw: scope) execute function act();
            """
        )
    }

    private func count(_ connection: PostgresConnection) async throws -> Int? {
        try await connection.query("select count(*) as n from t").first?.integer("n")
    }

    private func block(_ rows: Int) -> [UInt8] {
        Array(repeatElement(Array("1\tx\n".utf8), count: rows).joined())
    }

    @Test("a million small rows arrive, from arrays, slices and spans")
    func copiesMillion() async throws {
        let connection = try await connectionWithTable()
        let tenThousand = block(10_000)
        let rows = try await connection.copyIn("copy t from stdin") { writer in
            for round in 0..<100 {
                switch round % 3 {
                case 0: try await writer.write(tenThousand)
                case 1:
                    // Pieces may end anywhere in a row.
                    try await writer.write(tenThousand[..<11])
                    try await writer.write(tenThousand[11...])
                default: try await writer.write(tenThousand.span)
                }
            }
        }
        #expect(rows == 1_000_000)
        #expect(try await count(connection) == 1_000_000)
        await connection.close()
    }

    @Test("nothing written is nothing copied")
    func copiesNothing() async throws {
        let connection = try await connectionWithTable()
        let rows = try await connection.copyIn("copy t from stdin") { writer in
            try await writer.write([])
        }
        #expect(rows == 0)
        await connection.close()
    }

    @Test("a bad row is thrown by a later write with its SQLSTATE, not only at the end")
    func noticesBadRow() async throws {
        let connection = try await connectionWithTable()
        let block = block(10_000)
        let error = await postgresError {
            try await connection.copyIn("copy t from stdin") { writer in
                try await writer.write(Array("no number\tx\n".utf8))
                // Without the server's error this would never end.
                while true { try await writer.write(block) }
            }
        }
        #expect(error?.code == .sqlState(.invalidTextRepresentation))
        #expect(error?.unloggableDetails?.context?.contains("line 1") == true)
        #expect(error?.description.contains("line 1") == false)
        #expect(try await count(connection) == 0)
        await connection.close()
    }

    @Test("a bad last row is thrown at the end")
    func noticesBadLastRow() async throws {
        let connection = try await connectionWithTable()
        let error = await postgresError {
            try await connection.copyIn("copy t from stdin") { writer in
                try await writer.write(Array("1\tx\nno number\tx\n".utf8))
            }
        }
        #expect(error?.code == .sqlState(.invalidTextRepresentation))
        #expect(try await count(connection) == 0)
        await connection.close()
    }

    @Test("a body that swallows a write's error does not make the COPY a success")
    func remembersFailure() async throws {
        let connection = try await connectionWithTable()
        let block = block(10_000)
        let error = await postgresError {
            try await connection.copyIn("copy t from stdin") { writer in
                try await writer.write(Array("no number\tx\n".utf8))
                do {
                    while true { try await writer.write(block) }
                } catch {}
            }
        }
        #expect(error?.code == .sqlState(.invalidTextRepresentation))
        #expect(try await count(connection) == 0)
        await connection.close()
    }

    @Test("an error of the body keeps no row and is thrown on")
    func abortsOnBodyError() async throws {
        let connection = try await connectionWithTable()
        let block = block(10_000)
        await #expect(throws: Refusal.self) {
            try await connection.copyIn("copy t from stdin") { writer in
                try await writer.write(block)
                throw Refusal()
            }
        }
        #expect(try await count(connection) == 0)
        #expect(connection.isUsable)
        await connection.close()
    }

    @Test("a cancelled task ends its COPY and keeps no row")
    func cancels() async throws {
        let connection = try await connectionWithTable()
        let block = block(10_000)
        let task = Task {
            try await connection.copyIn("copy t from stdin") { writer in
                try await writer.write(block)
                cancelCurrentTask()
                try await writer.write(block)
            }
        }
        #expect(await postgresError { _ = try await task.value }?.code == .cancelled)
        #expect(try await count(connection) == 0)
        await connection.close()
    }

    @Test("a COPY that waits for a lock at the server is cancelled too")
    func cancelsBlockedServer() async throws {
        let configuration = try await freshConfiguration()
        let connection = try await PostgresConnection.connect(configuration)
        let holder = try await PostgresConnection.connect(configuration)
        try await connection.script(
            """
            create table gate (a int);
            create table t (a int, b text);
            create function wait_at_gate() returns trigger language plpgsql as
              'begin perform 1 from gate; return new; end';
            create trigger wait before insert on t for each row execute function wait_at_gate();
            """
        )
        let block = block(10_000)
        try await holder.transaction {
            try await holder.query("lock table gate")
            let task = Task {
                try await connection.copyIn("copy t from stdin") { writer in
                    while true { try await writer.write(block) }
                }
            }
            let pid = try #require(connection.backendPID)
            await eventually("the server waits for the lock") {
                try await holder
                    .query(
                        "select 1 from pg_stat_activity where pid = \(Int(pid)) and wait_event_type = 'Lock'"
                    )
                    .count == 1
            }
            task.cancel()
            #expect(await postgresError { _ = try await task.value }?.code == .cancelled)
        }
        #expect(try await count(connection) == 0)
        await connection.close()
        await holder.close()
    }

    @Test("a COPY that fails before the server reads its data leaves the connection in step")
    func failsBeforeReading() async throws {
        let connection = try await connectionWithTable()
        try await addTrigger("raise exception 'closed'", for: "statement", connection)
        let block = block(10_000)
        for _ in 0..<3 {
            let error = await postgresError {
                try await connection.copyIn("copy t from stdin") { try await $0.write(block) }
            }
            #expect(error?.message.contains("closed") == true)
            for number in 1...3 {
                let rows = try await connection.query("select \(number)::int as n")
                #expect(try rows.first?.integer("n") == number)
            }
        }
        await connection.close()
    }

    @Test("a COPY that is cancelled before the server reads its data leaves the connection in step")
    func cancelsBeforeReading() async throws {
        let connection = try await connectionWithTable()
        try await addTrigger("perform pg_sleep(60)", for: "statement", connection)
        let block = block(10_000)
        let task = Task {
            try await connection.copyIn("copy t from stdin") { writer in
                cancelCurrentTask()
                try await writer.write(block)
            }
        }
        #expect(await postgresError { _ = try await task.value }?.code == .cancelled)
        #expect(try await connection.query("select 42 as n").first?.integer("n") == 42)
        #expect(try await count(connection) == 0)
        await connection.close()
    }

    @Test("notices during a COPY do not end it")
    func survivesNotices() async throws {
        let connection = try await connectionWithTable()
        try await addTrigger(
            "if new.a = 2 then raise warning 'two'; end if",
            for: "row",
            connection
        )
        let block = block(10_000) + Array("2\ty\n".utf8)
        let rows = try await connection.copyIn("copy t from stdin") { writer in
            for _ in 0..<30 { try await writer.write(block) }
        }
        #expect(rows == 30 * 10_001)
        await connection.close()
    }

    @Test("a session that the server ends in the middle of a COPY is a lost connection")
    func noticesTermination() async throws {
        let connection = try await connectionWithTable()
        let block = block(10_000)
        let pid = try #require(connection.backendPID)
        let error = await postgresError {
            try await connection.copyIn("copy t from stdin") { writer in
                try await writer.write(block)
                try await withConnection { killer in
                    try await killer.query(
                        "select pg_terminate_backend(\(Int(pid))::int)"
                    )
                }
                while true { try await writer.write(block) }
            }
        }
        #expect(error?.code == .connectionLost)
        #expect(!connection.isUsable)
    }

    @Test("a statement during a COPY is refused and does not disturb it")
    func refusesStatementInside() async throws {
        let connection = try await connectionWithTable()
        let rows = try await connection.copyIn("copy t from stdin") { writer in
            try await writer.write(Array("1\tx\n".utf8))
            let error = await postgresError { try await connection.query("select 1") }
            #expect(error?.code == .misuse)
            try await writer.write(Array("2\ty\n".utf8))
        }
        #expect(rows == 2)
        await connection.close()
    }

    @Test(
        "a statement that is no COPY from the client is refused",
        arguments: ["select 1", "copy t to stdout", "copy missing from stdin", "begin"]
    )
    func refusesOtherStatements(sql: String) async throws {
        let connection = try await connectionWithTable()
        let error = await postgresError {
            try await connection.copyIn(SQL(raw: sql)) { _ in Issue.record("the body ran") }
        }
        #expect(error?.code == (sql.contains("missing") ? .sqlState(.undefinedTable) : .misuse))
        #expect(connection.isUsable)
        let one = try await connection.query("select 1 as one")
        #expect(try one.first?.integer("one") == 1)
        await connection.close()
    }

    @Test("memory stays flat however much is sent")
    func boundsMemory() async throws {
        let connection = try await connectionWithTable()
        let block = block(100_000)
        var before = 0
        try await connection.copyIn("copy t from stdin where false") { writer in
            try await writer.write(block)
            before = try residentBytes()
            for _ in 0..<200 { try await writer.write(block) }
        }
        // 80 MB were sent; other tests of this process use memory meanwhile.
        #expect(try residentBytes() - before < 60 << 20)
        await connection.close()
    }
}

@Suite("COPY out of the server", .timeLimit(.minutes(5)))
struct CopyOutTests {
    private static let endless: SQL =
        "copy (select repeat('x', 99), generate_series(1, 1000000000)) to stdout"

    @Test("all rows come, in order")
    func copies() async throws {
        try await withConnection { connection in
            var bytes: [UInt8] = []
            let rows = try await connection.copyOut(
                "copy (select n from generate_series(1, 100000) n) to stdout"
            ) { bytes += $0 }
            #expect(rows == 100_000)
            let expected = (1...100_000).map { "\($0)\n" }.joined()
            #expect(bytes.elementsEqual(expected.utf8))
        }
    }

    @Test("an empty COPY calls nobody")
    func copiesNothing() async throws {
        try await withConnection { connection in
            let rows = try await connection.copyOut("copy (select 1 where false) to stdout") { _ in
                Issue.record("a chunk came")
            }
            #expect(rows == 0)
        }
    }

    @Test("an error of the body stops the COPY, and the connection goes on")
    func abortsOnBodyError() async throws {
        try await withConnection { connection in
            await #expect(throws: Refusal.self) {
                try await connection.copyOut(Self.endless) { _ in throw Refusal() }
            }
            let one = try await connection.query("select 1 as one")
            #expect(try one.first?.integer("one") == 1)
        }
    }

    @Test("a cancelled task stops its COPY, and the connection goes on")
    func cancels() async throws {
        try await withConnection { connection in
            let task = Task {
                var chunks = 0
                try await connection.copyOut(Self.endless) { _ in
                    chunks += 1
                    if chunks == 5 { cancelCurrentTask() }
                }
            }
            #expect(await postgresError { try await task.value }?.code == .cancelled)
            let one = try await connection.query("select 1 as one")
            #expect(try one.first?.integer("one") == 1)
        }
    }

    @Test("an error in the middle is thrown after the rows before it")
    func throwsServerError() async throws {
        try await withConnection { connection in
            var bytes = 0
            let error = await postgresError {
                try await connection.copyOut(
                    "copy (select 1 / (50000 - n) from generate_series(1, 100000) n) to stdout"
                ) { bytes += $0.count }
            }
            #expect(error?.sqlState == SQLState(rawValue: "22012"))
            #expect(bytes > 0)
            let one = try await connection.query("select 1 as one")
            #expect(try one.first?.integer("one") == 1)
        }
    }

    @Test("memory stays flat however much comes")
    func boundsMemory() async throws {
        try await withConnection { connection in
            var received = 0
            var before = 0
            try await connection.copyOut(
                "copy (select repeat('x', 999) from generate_series(1, 200000)) to stdout"
            ) { chunk in
                if received == 0 { before = try residentBytes() }
                received += chunk.count
                #expect(chunk.count < 1 << 20)
            }
            #expect(received == 200_000_000)
            // Other tests of this process use memory meanwhile.
            #expect(try residentBytes() - before < 100 << 20)
        }
    }

    @Test(
        "a statement that is no COPY to the client is refused",
        arguments: ["select 1", "copy t from stdin"]
    )
    func refusesOtherStatements(sql: String) async throws {
        let connection = try await freshConnection()
        try await connection.script("create table t (a int)")
        let error = await postgresError { try await connection.copyOut(SQL(raw: sql)) { _ in } }
        #expect(error?.code == .misuse)
        let one = try await connection.query("select 1 as one")
        #expect(try one.first?.integer("one") == 1)
        await connection.close()
    }
}
