import Endpoints
import Foundation
import Processes
public import Testing

extension TestStack {
    /// Creates an empty database that only the caller knows.
    ///
    /// - Returns: Its URL.
    public func freshDatabase() async throws -> String {
        let name =
            "\(prefix)\(Int(Date.now.timeIntervalSince1970))_\(UInt32.random(in: 0...(.max)))"
        // Of files, for these servers do not wait for their disk: a tenth of the time that a logged copy takes.
        try await psql("create database \(name) strategy file_copy")
        var url = postgresURL[...]
        if let slash = url.lastIndex(of: "/") { url = url[...slash] }
        return url + name
    }

    /// Runs SQL by `psql`, as the superuser, in `database` (a URL; the shared one unless said).
    ///
    /// - Returns: The rows it printed, unaligned, fields separated by `|`.
    @discardableResult
    public func psql(_ sql: String, database: String? = nil) async throws -> String {
        let url = try ConnectionURL(database ?? postgresURL)
        let psql = Command(
            "/usr/bin/psql",
            ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command", sql],
            environment: [
                "PATH": "/usr/bin:/bin", "PGHOST": url.host, "PGPORT": "\(url.port ?? 0)",
                "PGUSER": url.user ?? "", "PGPASSWORD": url.password?.revealed ?? "",
                "PGDATABASE": url.path, "PGOPTIONS": "-c client_min_messages=warning",
            ]
        )
        let run = try await CapturedProcess(psql, joinsErrors: true).result()
        let text = run.text.trimmingCharacters(in: .newlines)
        guard run.end == .exited(0) else {
            throw TestStackError.psql(status: run.end.status, message: text)
        }
        return text
    }

    /// Waits until nobody has an advisory lock in a database: the server ends a session a moment after its client.
    public func eventuallyFree(
        lock number: Int,
        in database: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        await eventually("the server has ended the session", sourceLocation: sourceLocation) {
            let locks = """
                select count(*) from pg_locks where locktype = 'advisory' and objid = \(number)
                    and database = (select oid from pg_database where datname = current_database())
                """
            return try await psql(locks, database: database) == "0"
        }
    }

    /// Databases of earlier test runs; nobody needs one that is an hour old.
    func dropOldDatabases() async throws {
        let names = try await psql(
            "select datname from pg_database where datname like '\(prefix)%'"
        )
        let limit = Date.now.timeIntervalSince1970 - 3_600
        for name in names.split(separator: "\n") {
            let stamp = name.dropFirst(prefix.count).split(separator: "_").first ?? ""
            guard let created = Double(stamp), created < limit else { continue }
            try await psql("drop database if exists \(name) with (force)")
        }
        // The roles of their marts are the server's, and have rights nowhere any more.
        let roles = try await psql(
            """
            select rolname from pg_roles where rolname like 'longshore\\_mart\\_%' and not exists (
                select from pg_shdepend where refclassid = 'pg_authid'::regclass and refobjid = pg_roles.oid)
            """
        )
        for role in roles.split(separator: "\n") {
            try await psql("drop role if exists \"\(role)\"")
        }
    }

    private var prefix: String { "test_" }
}
