import Endpoints
import Foundation
import Postgres
import TestSupport

/// A fleet whose processes log in to Postgres as the roles of `longshore roles`.
struct GuardedHarbour: Sendable {
    let harbour: Harbour
    private let stack: TestStack

    /// Roles are the server's, not the database's: tests at the same time agree on the password.
    private static let password = "of-the-tests"

    static func open(pipeline: String) async throws -> GuardedHarbour {
        let stack = try await TestStack.shared()
        let guarded = GuardedHarbour(harbour: try await Harbour.open(), stack: stack)
        let sql = try await guarded.harbour.program.run("roles", Harbour.pipeline(pipeline))
        guard sql.exitCode == 0 else { throw HarbourError(what: sql.errors) }
        try await stack.psql(sql.output, database: guarded.harbour.databaseURL)
        for role in ["coordinator", "worker", "reader", "console"] {
            try await stack.psql("alter role longshore_\(role) password '\(password)'")
        }
        return guarded
    }

    /// The URL of the warehouse for a role: `coordinator`, `worker`, `reader`, `console`.
    func url(_ role: String, database: String? = nil) throws -> String {
        let url = try ConnectionURL(database ?? harbour.databaseURL)
        return "postgres://longshore_\(role):\(Self.password)@\(url.host):\(url.port ?? 5432)/"
            + url.path
    }

    /// The binary, with the role's login.
    func program(_ role: String) throws -> Program {
        harbour.program.with(["LONGSHORE_POSTGRES_URL": try url(role)])
    }

    /// Runs statements as a role, in a session that has shown a task's `ticket`.
    ///
    /// - Returns: the server's code when it is refused, `nil` when it is not.
    func refusal(
        of sql: String,
        as role: String,
        database: String? = nil,
        showing ticket: String? = nil
    ) async throws -> SQLState? {
        let connection = try await PostgresConnection.connect(
            PostgresConfiguration(url: try url(role, database: database))
        )
        do {
            if let ticket {
                try await connection.query(
                    "select set_config('longshore.ticket', \(ticket), false)"
                )
            }
            try await connection.script(SQL(raw: sql))
            await connection.close()
            return nil
        } catch let error as PostgresError {
            await connection.close()
            return error.sqlState
        }
    }

    /// A load by a coordinator and a worker in processes of their own, each in its role.
    func load(_ arguments: String...) async throws -> Program.Run {
        let worker = try program("worker").start(["worker", "--slots", "2"])
        let run = try await program("coordinator").start(["load"] + arguments).finish()
        worker.signal(SIGTERM)
        let end = try await worker.finish()
        guard end.exitCode == 0 else { throw HarbourError(what: end.errors) }
        return run
    }
}
