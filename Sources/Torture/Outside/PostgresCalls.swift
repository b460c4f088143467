import Glibc
import LocalStack
import Loopback
import Postgres

/// The calls in a table of a database beside the warehouse, on the same server.
final class PostgresCalls: CallDatabase {
    let network: FaultProxy
    private let database: OutsideDatabase

    /// The pipeline that asks it for the facts.
    static let sources = Outside.Maker { name, ground in
        let calls = try await SampleCalls(on: ground, named: name)
        let server = try await PostgresCalls(calls, in: OutsideDatabase(beside: name, on: ground))
        return try Outside(
            server,
            named: name,
            on: ground,
            environment: ["OUTSIDE_URL": server.database.url],
            definition: {
                $0.readingCalls(
                    from: "postgres: \"${OUTSIDE_URL}\"",
                    "query: \"\(SampleCalls.query)\""
                )
            }
        )
    }

    private init(_ calls: SampleCalls, in database: OutsideDatabase) async throws {
        self.database = database
        network = database.network
        let names = SampleCalls.columns.filter { $0 != "started_at" }
            .map { "\(id: $0) text" as SQL }
        _ = try await database.ask(
            """
            create table call_record (id bigint primary key deferrable, month date, started_at timestamp,
                \(names.joined(separator: ", ")))
            """
        )
        let records = "[\(try calls.records().joined(separator: ","))]"
        _ = try await database.ask(
            """
            insert into call_record
            select * from json_populate_recordset(null::call_record, \(records)::json)
            """
        )
    }

    func change() async throws {
        _ = try await database.ask("update call_record set \(raw: SampleCalls.change)")
    }

    func restart() async throws {
        try await database.ground.end(.postgres, by: SIGKILL)
        try await database.ground.mend()
    }

    func close() async throws { try await database.close() }
}

/// A database beside a case's own, behind a network of its own.
struct OutsideDatabase: Sendable {
    let ground: Ground
    let network: FaultProxy
    private let name: String

    /// Creates it.
    init(beside name: String, on ground: Ground) async throws {
        self.ground = ground
        self.name = "\(name)_outside"
        guard let port = try ground.addresses().ports[.postgres] else {
            throw TortureError(what: "the private stack has no Postgres")
        }
        network = try FaultProxy(to: port)
        try await ground.execute("create database \(id: self.name)")
    }

    /// Where it is, through the network.
    var url: String {
        get throws {
            try
                ground.addresses()
                .urls(database: name, through: [.postgres: network])["LONGSHORE_POSTGRES_URL"] ?? ""
        }
    }

    /// Asks it, past the network; each row's columns joined with `|`.
    func ask(_ sql: SQL) async throws -> [String] {
        try await ground.ask(sql, database: name)
    }

    /// Drops it.
    func close() async throws {
        network.close()
        try await ground.execute("drop database if exists \(id: name) with (force)")
    }
}
