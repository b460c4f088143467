import Pipelines
import Planning
import Postgres
import TestSupport
import Testing

@testable import Delivery

@Suite("Writing rows into a table")
struct TableTargetTests {
    private static let table = """
        create schema app;
        create table app.spend (id text primary key, spend numeric(9,2) not null check (spend >= 0), note text);
        """
    private static let revisions = """
        create table app.longshore_delivered (export text, key text, revision bigint not null, row_key text, \
        primary key (export, key), unique (export, row_key));
        """

    /// A database with the table, and the target.
    private static func open(
        _ script: String = table + revisions,
        zone: String = "UTC"
    ) async throws -> (PostgresConnection, any EffectTarget) {
        let url = try await TestStack.shared().freshDatabase()
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        try await connection.script(SQL(raw: script))
        let target = try await DeliveryTests.open(
            .table(source: "app", name: "app.spend"),
            sources: ["app": .postgres(url: "${APP_URL}")],
            variables: ["APP_URL": url],
            zone: zone
        )
        return (connection, target)
    }

    private static func rows(_ connection: PostgresConnection) async throws -> [String] {
        try await connection.query(
            "select id || ' ' || spend || coalesce(' ' || note, '') as row from app.spend order by id"
        )
        .map { try $0.text("row") }
    }

    private static func put(_ spend: String, _ revision: Int64) -> Effect {
        effect(body: "{\"id\":\"c1\",\"spend\":\(spend)}", revision: revision)
    }

    @Test("a row is put there once, and an older revision changes nothing, even when it is gone")
    func revisions() async throws {
        let (connection, target) = try await Self.open()
        #expect(try await target.deliver(Self.put("1.50", 5)) == .delivered)
        #expect(try await target.deliver(Self.put("9.99", 5)) == .delivered)
        #expect(try await target.deliver(Self.put("9.99", 4)) == .delivered)
        #expect(try await Self.rows(connection) == ["c1 1.50"])
        // What the export does not have is the table's own.
        try await connection.query("update app.spend set note = 'mine'")
        #expect(try await target.deliver(Self.put("2", 6)) == .delivered)
        #expect(try await Self.rows(connection) == ["c1 2.00 mine"])
        let delete = effect("c1", .delete, body: Self.put("2", 6).body, revision: 7)
        #expect(try await target.deliver(delete) == .delivered)
        #expect(try await target.deliver(Self.put("2", 6)) == .delivered)
        #expect(try await Self.rows(connection) == [])
        #expect(try await target.deliver(Self.put("3", 8)) == .delivered)
        #expect(try await Self.rows(connection) == ["c1 3.00"])
        await target.close()
    }

    @Test("a time without a zone is one of the pipeline's, as a day's midnight is")
    func zone() async throws {
        let (connection, target) = try await Self.open(
            """
            create schema app;
            create table app.spend (id text primary key, at timestamptz, day timestamptz, instant timestamptz);
            """ + Self.revisions,
            zone: "America/Bogota"
        )
        let body =
            #"{"id":"c1","at":"2024-01-05T23:30:00","day":"2024-01-05","instant":"2024-01-05T23:30:00+00:00"}"#
        #expect(try await target.deliver(effect(body: body)) == .delivered)
        let rows = try await connection.query(
            """
            select at at time zone 'UTC' || ' ' || day at time zone 'UTC' || ' ' || instant at time zone 'UTC' as row
            from app.spend
            """
        )
        #expect(
            try rows.map { try $0.text("row") }
                == ["2024-01-06 04:30:00 2024-01-05 05:00:00 2024-01-05 23:30:00"]
        )
        await target.close()
    }

    @Test(
        "a row that the table refuses is dead, and its values are not told",
        arguments: [
            ("-17.25", "export.postgres.23514"), ("null", "export.postgres.23502"),
            ("123456789.25", "export.postgres.22003"), ("\"hush\"", "export.postgres.22P02"),
        ]
    )
    func refused(_ spend: String, _ code: String) async throws {
        let (connection, target) = try await Self.open()
        guard case .refused(let failure) = try await target.deliver(Self.put(spend, 5)) else {
            Issue.record("the row is refused")
            return
        }
        #expect(failure.code == code)
        #expect(!failure.message.contains("hush") && !failure.message.contains("17.25"))
        #expect(try await target.deliver(Self.put("1", 5)) == .delivered)
        #expect(try await Self.rows(connection) == ["c1 1.00"])
        await target.close()
    }

    @Test(
        "what the server cannot read or a trigger refuses is one dead row",
        arguments: [
            (#"["\ud800"]"#, "export.postgres.22P02"),
            (
                String(repeating: "[", count: 50_000) + String(repeating: "]", count: 50_000),
                "export.postgres.54001"
            ),
            (#""stop""#, "export.postgres.SHOP1"),
        ]
    )
    func unlucky(_ note: String, _ code: String) async throws {
        let (_, target) = try await Self.open(Self.table + Self.revisions + Self.trigger)
        let body = "{\"id\":\"c1\",\"spend\":1,\"note\":\(note)}"
        #expect(try await target.deliver(effect(body: body)).code == code)
        #expect(try await target.deliver(Self.put("1", 5)) == .delivered)
        await target.close()
    }

    private static let trigger = """
        create function app.stop() returns trigger language plpgsql as $$
        begin
            raise exception 'no more notes' using errcode = 'SHOP1';
        end $$;
        create trigger stop before insert on app.spend for each row when (new.note = 'stop')
            execute function app.stop();
        """

    @Test("a text that an index has no room for is one dead row")
    func long() async throws {
        let (connection, target) = try await Self.open(
            Self.table + Self.revisions + "create unique index on app.spend (note);"
        )
        let note = try await connection.query(
            "select string_agg(md5(n::text), '') as note from generate_series(1, 375) n"
        )
        let text = try #require(note.first).text("note")
        let body = "{\"id\":\"c1\",\"spend\":1,\"note\":\"\(text)\"}"
        #expect(try await target.deliver(effect(body: body)).code == "export.postgres.54000")
        #expect(try await target.deliver(Self.put("1", 5)) == .delivered)
        await target.close()
    }

    @Test("numbers and nesting that only Postgres reads are delivered")
    func extremes() async throws {
        let (connection, target) = try await Self.open(
            Self.table + Self.revisions
                + "alter table app.spend alter spend type numeric, alter note type json using null;"
        )
        let deep = String(repeating: "[", count: 600) + String(repeating: "]", count: 600)
        let body = "{\"id\":\"c1\",\"spend\":1e400,\"note\":\(deep)}"
        #expect(try await target.deliver(effect(body: body)) == .delivered)
        let row = try await connection.query(
            "select spend = 1e400 as is_exact, note::text = \(deep) as is_whole from app.spend"
        )
        #expect(try row.first?.boolean("is_exact") == true)
        #expect(try row.first?.boolean("is_whole") == true)
        await target.close()
    }

    @Test(
        "a second key that is the same to the table is dead, and its delete deletes no other's row",
        arguments: [
            ("integer", "1", "01"), ("numeric(9,2)", "1", "1.00"), ("citext", "a", "A"),
            ("char(3)", "a", "a "), ("date", "2024-01-02", "20240102"),
            ("inet", "10.0.0.1", "10.0.0.1/32"),
            ("timestamp", "2024-01-01 00:00:00", "2024-01-01T00:00:00"),
            ("timestamptz", "2024-01-01T00:00:00-05:00", "2024-01-01T05:00:00+00:00"),
        ]
    )
    func keys(_ type: String, _ first: String, _ second: String) async throws {
        let (connection, target) = try await Self.open(
            "create extension citext; create schema app; create table app.spend (id \(type) primary key);"
                + Self.revisions
        )
        func count() async throws -> Int {
            try await connection.query("select from app.spend").count
        }
        let (one, other) = ("{\"id\":\"\(first)\"}", "{\"id\":\"\(second)\"}")
        #expect(try await target.deliver(effect(first, body: one, revision: 1)) == .delivered)
        #expect(try await target.deliver(effect(first, body: one, revision: 2)) == .delivered)
        #expect(
            try await target.deliver(effect(second, body: other, revision: 3)).code == "export.key"
        )
        let delete = effect(second, .delete, body: other, revision: 4)
        #expect(try await target.deliver(delete) == .delivered)
        #expect(try await count() == 1)
        // When the first is gone, the row is the second's.
        let gone = effect(first, .delete, body: one, revision: 5)
        #expect(try await target.deliver(gone) == .delivered)
        #expect(try await count() == 0)
        #expect(try await target.deliver(effect(second, body: other, revision: 6)) == .delivered)
        #expect(try await target.deliver(gone) == .delivered)
        #expect(try await count() == 1)
        await target.close()
    }

    @Test("a row that was delivered before it was remembered whose it is, is deleted")
    func legacy() async throws {
        let (connection, target) = try await Self.open()
        #expect(try await target.deliver(Self.put("1", 5)) == .delivered)
        try await connection.query("update app.longshore_delivered set row_key = null")
        let delete = effect("c1", .delete, body: Self.put("1", 5).body, revision: 6)
        #expect(try await target.deliver(delete) == .delivered)
        #expect(try await Self.rows(connection) == [])
        await target.close()
    }

    @Test("a database that is not made for it says what is missing")
    func unprepared() async throws {
        let (_, target) = try await Self.open(Self.table)
        let error = await #expect(throws: TargetError.self) {
            try await target.deliver(Self.put("1", 5))
        }
        #expect(
            error?.description
                .contains(
                    "create table \"app\".\"longshore_delivered\" (export text, key text, revision bigint not null, row_key text, "
                        + "primary key (export, key), unique (export, row_key));"
                ) == true
        )
        await target.close()
    }
}
