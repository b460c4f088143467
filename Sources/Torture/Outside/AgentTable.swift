import Loopback
import Postgres

/// The table of another database that an export puts a row for each agent into.
///
/// A trigger counts the rows that it is told of, takes its time, and raises what it should; sequences keep their counts
/// when a transaction is rolled back.
struct AgentTable: ExportTarget {
    private let database: OutsideDatabase

    /// The pipeline that exports into it.
    static let pipeline = Outside.Maker { name, ground in
        let table = try await AgentTable(in: OutsideDatabase(beside: name, on: ground))
        return try ExportedRows.outside(
            table,
            name,
            ground,
            environment: ["OUTSIDE_URL": table.database.url],
            to: "{ source: outside, table: agents }",
            sources: "  outside: { postgres: \"${OUTSIDE_URL}\" }\n"
        )
    }

    private init(in database: OutsideDatabase) async throws {
        self.database = database
        for statement: SQL in [
            "create table agents (agent_id text primary key, calls bigint, newest_load bigint)",
            """
            create table longshore_delivered (export text, key text, revision bigint not null,
                row_key text, primary key (export, key), unique (export, row_key))
            """,
            "create sequence requests", "create sequence refusals",
        ] { _ = try await database.ask(statement) }
        try await receive("null")
        _ = try await database.ask(
            "create trigger receive before insert on agents for each row execute function receive()"
        )
    }

    /// From now on it does something for each row.
    private func receive(_ deed: String) async throws {
        _ = try await database.ask(
            """
            create or replace function receive() returns trigger language plpgsql as $$
            begin
                perform nextval('requests');
                \(raw: deed);
                return new;
            end $$
            """
        )
    }

    private func count(_ sequence: String) async throws -> Int {
        let counts = try await database.ask(
            "select case when is_called then last_value else 0 end from \(id: sequence)"
        )
        return counts.first.flatMap { Int($0) } ?? 0
    }

    var requestCount: Int { get async throws { try await count("requests") } }

    func dawdle(_ isSlow: Bool) async throws {
        try await receive(isSlow ? "perform pg_sleep(0.08)" : "null")
    }

    func putOff(_ arena: Arena) async throws {
        try await receive(
            """
            perform pg_sleep(0.02);
                if random() < 0.4 then
                    perform nextval('refusals');
                    raise exception 'too much for now' using errcode = '53400';
                end if
            """
        )
        try await arena.wait(within: .seconds(120), for: "that the target made trouble") {
            (try? await count("refusals")) ?? 0 >= enough
        }
        try await dawdle(false)
    }

    func loseAnswers(_ arena: Arena) async throws {
        try await dawdle(true)
        try await arena.breakConnections(of: database.network, 1_500..<5_000, times: enough)
        try await dawdle(false)
    }

    func rows() async throws -> [String: String]? {
        let rows = try await database.ask(
            "select agent_id, row_to_json(a)::text from agents a"
        )
        return Dictionary(
            uniqueKeysWithValues: rows.map { row in
                let key = row.prefix { $0 != "|" }
                return (String(key), String(row.dropFirst(key.count + 1)))
            }
        )
    }

    func close() async throws { try await database.close() }
}
