import Foundation
import Postgres
import TestSupport
import Torture

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
                "SOURCE_URL": database,
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

    /// The same fleet, whose processes give up five times sooner what a dead one has held.
    var hasty: Harbour {
        Harbour(
            program: program.with(["HASTE": "5"]),
            databaseURL: databaseURL,
            fleet: fleet,
            redisURL: redisURL,
            data: data
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
    func ask(_ sql: String) async throws -> [String] { try await ask(SQL(raw: sql)) }

    /// The same of a statement.
    func ask(_ sql: SQL) async throws -> [String] {
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

    /// What the fleet's queues are called after: its name and the warehouse's.
    func queuePrefix() async throws -> String {
        "\(fleet).\(try await ask("select id from longshore.warehouse").first ?? "")"
    }

    /// Count and order-independent checksum of every table of a schema, without the columns that
    /// tell which load wrote a row, and with business keys in place of surrogate keys.
    func checksums(_ schema: String) async throws -> [String: String] {
        try await Checksums.tables(of: schema) { try await ask($0) }
    }

    /// Count and checksum of the calls by the business keys that their surrogate keys mean.
    func meaningOfCalls() async throws -> String? {
        try await ask(Checksums.meaningOfCalls).first
    }
}

/// A test's own preparation failed.
struct HarbourError: Error {
    var what: String
}
