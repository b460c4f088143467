import Foundation
import Postgres
import TestSupport

/// A fleet of its own for one test: a fresh database, a unique prefix, a folder of source files.
struct Harbour: Sendable {
    let program: Program
    let databaseURL: String
    let fleet: String
    let redisURL: String
    /// The folder with the generated sources.
    let data: String

    static let pipelines = TestStack.packageDirectory + "/pipelines"

    /// Servers are shared with other tests, nothing on them is.
    static func open() async throws -> Harbour {
        let stack = try await TestStack.shared()
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("harbour-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        let database = try await stack.freshDatabase()
        let fleet = stack.uniqueFleet()
        let program = Program(
            environment: [
                "LONGSHORE_AMQP_URL": stack.amqpURL,
                "LONGSHORE_POSTGRES_URL": database,
                "LONGSHORE_REDIS_URL": stack.redisURL,
                "LONGSHORE_FLEET": fleet,
                "DATA_DIR": folder,
            ],
            folder: folder
        )
        return Harbour(
            program: program,
            databaseURL: database,
            fleet: fleet,
            redisURL: stack.redisURL,
            data: folder
        )
    }

    /// The path of an example.
    static func pipeline(_ name: String) -> String { pipelines + "/" + name }

    /// Generates the call centre's sources.
    func generateCalls(months: Int, calls: Int, bad: String = "0.5%") async throws {
        let run = try await program.run(
            "generate",
            "callcenter",
            "--seed",
            "7",
            "--months",
            String(months),
            "--calls",
            String(calls),
            "--bad",
            bad,
            "--output",
            data
        )
        guard run.exitCode == 0 else { throw HarbourError(what: run.errors) }
    }

    /// Asks the warehouse; each row's columns joined with `|`.
    func ask(_ sql: String) async throws -> [String] {
        let connection = try await PostgresConnection.connect(
            PostgresConfiguration(url: databaseURL)
        )
        let result = try await connection.query(sql)
        let rows = try result.map { row in
            try result.columns.map { try row.optionalText($0) ?? "" }.joined(separator: "|")
        }
        await connection.close()
        return rows
    }

    /// Count and order-independent checksum of every table of a schema, without the columns that
    /// tell which load wrote a row, and with business keys in place of surrogate keys.
    func checksums(_ schema: String) async throws -> [String: String] {
        let columns = try await ask(
            """
            select c.table_name, string_agg(quote_ident(c.column_name), ',' order by c.column_name)
            from information_schema.columns c
            join pg_class p on p.oid = format('%I.%I', c.table_schema, c.table_name)::regclass
            where c.table_schema = '\(schema)' and not p.relispartition
                and c.column_name not in ('load_id') and c.column_name not like '%\\_key'
            group by c.table_name
            """
        )
        var sums: [String: String] = [:]
        for line in columns {
            let parts = line.split(separator: "|").map(String.init)
            sums[parts[0]] = try await ask(
                """
                select count(*), coalesce(sum(hashtextextended(row(\(parts[1]))::text, 0)::numeric), 0)
                from \(schema).\(parts[0])
                """
            )
            .first
        }
        return sums
    }

    /// Count and checksum of the calls by the business keys that their surrogate keys mean.
    func meaningOfCalls() async throws -> String? {
        try await ask(
            """
            select count(*), sum(hashtextextended(row(c.period, c.call_id, c.started_at, c.duration_s,
                c.promise_amount, a.agent_id, a.level, t.name, k.client_id, k.segment, m.campaign_code,
                o.outcome_code, d.date)::text, 0)::numeric)
            from callcenter.fact_call c
            join callcenter.dim_agent a using (agent_key)
            join callcenter.dim_team t on t.team_key = a.team_key
            join callcenter.dim_client k using (client_key)
            join callcenter.dim_campaign m using (campaign_key)
            join callcenter.dim_outcome o using (outcome_key)
            join callcenter.dim_date d on d.date_key = c.day_key
            """
        )
        .first
    }
}

/// A test's own preparation failed.
struct HarbourError: Error {
    var what: String
}
