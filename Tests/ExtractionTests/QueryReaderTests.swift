import Extraction
import Pipelines
import Postgres
import Rows
import TestSupport
import Testing
import Words

@Suite("Queries")
struct QueryReaderTests {
    private func open(
        _ query: String,
        url: String,
        period: Period? = nil,
        clock: SourceClock = SourceClock(zone: "UTC")
    ) async throws -> any RowReader {
        try await Sources(
            ["crm": .postgres(url: "${CRM_URL}")],
            folder: "/",
            environment: SourceEnvironment { $0 == "CRM_URL" ? url : nil }
        )
        .open(Extract(source: "crm", selection: .query(query)), period: period, clock: clock)
    }

    @Test("a query's columns are the header, its values come as they are")
    func values() async throws {
        let url = try await TestStack.shared().postgresURL
        var reader = try await open(
            """
            select * from (values (1, 'a,"b"', null), (2, E'x\\ny', 'ñ')) t(id, "Name", note)
            """,
            url: url
        )
        #expect(reader.header == ["id", "Name", "note"])
        #expect(
            try await drain(&reader).map(\.fields) == [["1", "a,\"b\"", ""], ["2", "x\ny", "ñ"]]
        )
        #expect(reader.inputs.map(\.name) == ["crm"])
    }

    @Test("a null in a query of one column is a row")
    func oneColumn() async throws {
        let url = try await TestStack.shared().postgresURL
        var reader = try await open("select * from (values ('a'), (null), ('b')) t(v)", url: url)
        #expect(try await drain(&reader).map(\.fields) == [["a"], [""], ["b"]])
    }

    @Test("the period's bounds stand for their placeholders")
    func period() async throws {
        let url = try await TestStack.shared().postgresURL
        var reader = try await open(
            "select :period_start as first, :period_end - 1 as last, ':period_start' as text",
            url: url,
            period: Period("2024-02", grain: .month)
        )
        #expect(
            try await drain(&reader).map(\.fields) == [
                ["2024-02-01", "2024-02-29", ":period_start"]
            ]
        )
    }

    @Test("what the database knows of its columns is told, domains by what they are made of")
    func types() async throws {
        let url = try await TestStack.shared().freshDatabase()
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        try await connection.query("create domain moment as timestamptz")
        let reader = try await open(
            """
            select now()::date as d, now()::timestamp as at, now()::moment as moment, 1::numeric as n, 'x' as t,
                1.5::float8 as f, 1 as i
            """,
            url: url
        )
        #expect(
            reader.types == [.date, .timestamp, .instant, .number, nil, .number, .number]
        )
        await connection.close()
    }

    /// Hours of two days in Havana, whose clocks show the midnight between them twice.
    private static let hours = """
        select at, at::timestamp as local, at::date as day from generate_series(
            timestamptz '2024-11-02 00:00 America/Havana', '2024-11-04 00:00 America/Havana', '1 hour') at
        """

    @Test(
        "the bounds of a period are those of its rows, also where clocks show a midnight twice",
        arguments: [("at", 25), ("local", 25), ("day", 25)]
    )
    func bounds(_ column: String, _ rows: Int) async throws {
        let url = try await TestStack.shared().postgresURL
        var reader = try await open(
            "select \(column) from (\(Self.hours)) h "
                + "where \(column) >= :period_start and \(column) < :period_end",
            url: url,
            period: Period("2024-11-03", grain: .day),
            clock: SourceClock(zone: "America/Havana", periodColumn: ExactText(column))
        )
        #expect(try await drain(&reader).count == rows)
    }

    @Test(
        "a bound is what it is compared with, whatever columns the query gives, and each by itself",
        arguments: [
            "at >= :period_start and at < :period_end",
            "not at < cast(:period_start as timestamptz) and :period_end > at",
            "at between :period_start and :period_end - interval '1 us' and day < :period_end",
            "day = :period_start", "day between :period_start and :period_end - 1",
            "local >= :period_start and local < :period_end",
            "at >= :period_start and local < :period_end and day + 1 <= :period_end",
            "coalesce(at, :period_start) >= :period_start and date_part('month', :period_start) = 11 and day = :period_start",
        ]
    )
    func boundsOfAnyQuery(_ condition: String) async throws {
        let url = try await TestStack.shared().postgresURL
        var reader = try await open(
            "select count(*) as n, :period_start as first from (\(Self.hours)) h where \(condition)",
            url: url,
            period: Period("2024-11-03", grain: .day),
            clock: SourceClock(zone: "America/Havana")
        )
        #expect(try await drain(&reader).map(\.fields) == [["25", "2024-11-03"]])
    }

    @Test("names are looked up where the URL says, and not where the database says")
    func searchPath() async throws {
        let url = try await TestStack.shared().freshDatabase()
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        let rows = try await connection.query("select current_database() as name")
        let database = try #require(try rows.first?.text("name"))
        try await connection.script(
            """
            create schema crm; create table crm.sale as select 7 as n;
            alter database \(id: database) set search_path to crm;
            """
        )
        await #expect {
            _ = try await open("select n from sale", url: url)
        } throws: {
            "\($0)".contains("add `?options=-csearch_path%3DSCHEMA`")
        }
        var reader = try await open(
            "select n from sale",
            url: url + "?options=-csearch_path%3Dcrm"
        )
        #expect(try await drain(&reader).map(\.fields) == [["7"]])
        await connection.close()
    }

    @Test("many rows come whole, in order")
    func many() async throws {
        let url = try await TestStack.shared().postgresURL
        var reader = try await open(
            "select i, repeat('x', 40) as filler from generate_series(1, 100000) i",
            url: url
        )
        var expected = 1
        while let batch = try await reader.next() {
            for row in batch.rows {
                let number = String(decoding: batch.field(0, of: row), as: UTF8.self)
                #expect(number == "\(expected)")
                expected += 1
            }
        }
        #expect(expected == 100_001)
    }

    @Test("an error of the query is thrown, at once or in the middle")
    func failures() async throws {
        let url = try await TestStack.shared().postgresURL
        let unknown = await #expect(throws: ExtractionError.self) {
            _ = try await open("select nothing", url: url)
        }
        #expect(unknown?.code.rawValue == "source.postgres.42703")
        #expect(unknown?.message == "column \"nothing\" does not exist (SQLSTATE 42703)")
        #expect(unknown?.server?.source == "crm")
        #expect(unknown?.server?.refusesStatement == true)
        #expect(unknown?.isRetryable == false)
        let late = await #expect(throws: ExtractionError.self) {
            var reader = try await open(
                "select 1 / (99999 - i) as v from generate_series(1, 100000) i",
                url: url
            )
            _ = try await drain(&reader)
        }
        #expect(late?.code.rawValue == "source.postgres.22012")
    }

    @Test("a server that is not there is absent, and no fault of the query")
    func absent() async throws {
        let error = await #expect(throws: ExtractionError.self) {
            _ = try await open("select 1 as n", url: "postgres://u@127.0.0.1:1/x")
        }
        #expect(error?.code.rawValue == "source.postgres.connectionRefused")
        #expect(error?.isAbsence == true)
        #expect(error?.isRetryable == true)
        #expect(error?.server?.refusesStatement == false)
    }

    @Test(
        "a query that writes is refused, wherever it hides that",
        arguments: [
            "with gone as (delete from kept returning id) select id from gone",
            "select nextval('counter') as id", "select taken() as id",
            "select id from kept where set_config('transaction_read_only', 'off', true) = 'off'",
        ]
    )
    func writing(_ query: String) async throws {
        let database = try await TestStack.shared().freshDatabase()
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: database))
        try await connection.script(
            """
            create table kept as select 1 as id; create sequence counter;
            create function taken() returns integer language sql
                as 'delete from kept returning id'
            """
        )
        var code: ExtractionError.Code?
        do {
            var reader = try await open(query, url: database)
            while try await reader.next() != nil {}
        } catch let error as ExtractionError {
            code = error.code
        }
        #expect(code?.rawValue.hasPrefix("source.postgres.") == true)
        #expect(try await connection.query("select from kept").count == 1)
        await connection.close()
    }

    @Test("what a read-only transaction lets through is undone: a large object stays")
    func largeObject() async throws {
        let url = try await TestStack.shared().freshDatabase()
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        try await connection.query("select lo_create(4711)")
        do {
            var reader = try await open("select lo_unlink(4711) as gone", url: url)
            #expect(try await drain(&reader).map(\.fields) == [["1"]])
        } catch let error as ExtractionError {
            // From Postgres 16 on it is refused.
            #expect(error.code.rawValue == "source.postgres.25006")
        }
        #expect(try await connection.query("select from pg_largeobject_metadata").count == 1)
        await connection.close()
    }

    @Test("a reader that is dropped lets its session go")
    func dropped() async throws {
        let stack = try await TestStack.shared()
        let url = try await stack.freshDatabase()
        do {
            var reader = try await open("select i from generate_series(1, 10000000) i", url: url)
            _ = try await reader.next()
        }
        await eventually("the session has ended") {
            try await stack.psql(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and application_name = 'longshore extract'
                """,
                database: url
            ) == "0"
        }
    }

    @Test("a URL that is none is refused without showing it")
    func badURL() async throws {
        let error = await #expect(throws: ExtractionError.self) {
            _ = try await open("select 1", url: "mysql://user:hunter2@host/db")
        }
        #expect(error?.code == .misconfigured)
        #expect(error?.message.contains("hunter2") == false)
    }
}
