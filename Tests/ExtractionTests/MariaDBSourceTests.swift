import Extraction
import Pipelines
import Rows
import TestSupport
import Testing
import Words

@Suite("Queries of MariaDB")
struct MariaDBSourceTests {
    private func sources(_ url: String) -> Sources {
        Sources(
            ["shop": .mysql(url: "${SHOP_URL}")],
            folder: "/",
            environment: SourceEnvironment { $0 == "SHOP_URL" ? url : nil }
        )
    }

    private func open(
        _ query: String,
        url: String,
        period: Period? = nil,
        clock: SourceClock = SourceClock(zone: "UTC")
    ) async throws -> any RowReader {
        try await sources(url)
            .open(Extract(source: "shop", selection: .query(query)), period: period, clock: clock)
    }

    @Test("a query's columns are the header, its values come as they are, and their types are told")
    func values() async throws {
        let server = try await MariaDBServer.shared()
        let url = server.url("information_schema")
        var reader = try await open(
            """
            select 1 as id, 'a,"b"' as "Na""me", null as note, '' as nothing, 'x\ny' as t,
                cast('2024-02-29' as date) as d, cast('2024-02-29 10:00' as datetime) as at, 1.50 as n
            """,
            url: url
        )
        #expect(reader.header == ["id", "Na\"me", "note", "nothing", "t", "d", "at", "n"])
        #expect(reader.types == [.number, nil, nil, nil, nil, .date, .timestamp, .number])
        let batch = try #require(try await reader.next())
        let row = try #require(batch.rows.first)
        #expect(
            Record(row, of: batch).fields == [
                "1", "a,\"b\"", "", "", "x\ny", "2024-02-29", "2024-02-29 10:00:00", "1.50",
            ]
        )
        // An empty text is none, and a null is one.
        #expect([2, 3].map { batch.fields[row.firstField + $0].wasQuoted } == [false, true])
        while try await reader.next() != nil {}
        #expect(reader.inputs.map(\.name) == ["shop"])
        #expect(reader.inputs.first?.digest.utf8.count == 64)
    }

    @Test("a null in a query of one column is a row")
    func oneColumn() async throws {
        let url = try await MariaDBServer.shared().url("information_schema")
        var reader = try await open("select 'a' as v union all select null", url: url)
        #expect(try await drain(&reader).map(\.fields) == [["a"], [""]])
    }

    /// A row at each hour of two days in Bogotá, in the three kinds of columns that place rows in periods.
    private static let hours = """
        set time_zone = '-05:00';
        create table hour as
            with recursive n as (select 0 as i union all select i + 1 from n where i < 47)
            select i, timestamp('2024-02-29') + interval i hour as local,
                date(timestamp('2024-02-29') + interval i hour) as day from n;
        alter table hour add column at timestamp null; update hour set at = local
        """

    @Test(
        "the bounds of a period are those of its rows, by what the column is",
        arguments: [
            ("at", "America/Bogota"), ("local", "America/Bogota"), ("day", "America/Bogota"),
        ]
    )
    func bounds(_ column: String, _ zone: String) async throws {
        let server = try await MariaDBServer.shared()
        let database = try await server.freshDatabase(Self.hours)
        var reader = try await open(
            """
            select \(column), i, ':period_start' as text from hour
            where \(column) >= :period_start and \(column) < :period_end order by i
            """,
            url: server.url(database),
            period: Period("2024-02-29", grain: .day),
            clock: SourceClock(zone: zone, periodColumn: ExactText(column))
        )
        let records = try await drain(&reader).map(\.fields)
        #expect(records.map { $0[1] } == (0..<24).map(String.init))
        #expect(records.first?[2] == ":period_start")
    }

    @Test(
        "where it is not known what a bound is, the query is refused, also while clocks show UTC; in UTC it is always known",
        arguments: [
            ("America/Bogota", "2024-02-29", "UTC"), ("Europe/London", "2024-01-15", "Etc/UTC"),
        ]
    )
    func unknownBounds(_ zone: String, _ day: String, _ universal: String) async throws {
        let url = try await MariaDBServer.shared().url("information_schema")
        let query = "select 1 as n where date '\(day)' >= :period_start"
        let period = Period(day, grain: .day)
        let error = await #expect(throws: ExtractionError.self) {
            _ = try await open(
                query,
                url: url,
                period: period,
                clock: SourceClock(zone: zone, periodColumn: "at")
            )
        }
        #expect(error?.code == .misconfigured)
        #expect(error?.message.contains("called `at`") == true)
        var reader = try await open(
            query,
            url: url,
            period: period,
            clock: SourceClock(zone: universal)
        )
        #expect(try await drain(&reader).map(\.fields) == [["1"]])
    }

    @Test("what a query gives is told without running it, and a sample is some of its rows")
    func columns() async throws {
        let url = try await MariaDBServer.shared().url("information_schema")
        let extract = Extract(
            source: "shop",
            selection: .query(
                "select sleep(60) as s, cast(1 as unsigned) as n, now() > :period_end as x"
            )
        )
        let columns = try await sources(url)
            .columns(of: extract, period: Period("2024-02", grain: .month))
        #expect(columns?.map(\.name) == ["s", "n", "x"])
        #expect(columns?.map(\.type) == ["int", "int unsigned", "int"])
        let many = Extract(
            source: "shop",
            selection: .query("select 1 as n union all select 2 union all select 3 -- all")
        )
        var reader = try await sources(url)
            .open(
                sources(url).sample(of: many, rows: 2),
                period: nil,
                clock: SourceClock(zone: "UTC")
            )
        #expect(try await drain(&reader).count == 2)
    }

    @Test("many rows come whole, in order, also to a reader that takes its time")
    func many() async throws {
        let url = try await MariaDBServer.shared().url("information_schema")
        var reader = try await open(
            """
            with recursive n as (select 0 as i union all select i + 1 from n where i < 999)
            select a.i * 1000 + b.i as k, repeat('x', 40) as filler
            from n as a cross join n as b where a.i < 100 order by k
            """,
            url: url
        )
        var expected = 0
        while let batch = try await reader.next() {
            for row in batch.rows {
                #expect(String(decoding: batch.field(0, of: row), as: UTF8.self) == "\(expected)")
                expected += 1
            }
        }
        #expect(expected == 100_000)
    }

    @Test("errors have the server's number, tell whose they are, and show nothing of the URL")
    func failures() async throws {
        let server = try await MariaDBServer.shared()
        let unknown = await #expect(throws: ExtractionError.self) {
            _ = try await open("select nothing", url: server.url("information_schema"))
        }
        #expect(unknown?.code.rawValue == "source.mysql.1054")
        #expect(unknown?.server?.refusesStatement == true)
        #expect(unknown?.server?.product == "MariaDB")
        let absent = await #expect(throws: ExtractionError.self) {
            _ = try await open("select 1 as n", url: "mysql://u@127.0.0.1:1/x")
        }
        #expect(absent?.code.rawValue == "source.mysql.connectionRefused")
        #expect(absent?.isAbsence == true)
        for (url, hidden) in [
            (server.url("canary_base"), "canary_base"),
            ("mysql://canary:p@127.0.0.1:\(server.port)/", "canary"),
            ("postgres://u:hunter2@host/x", "hunter2"),
        ] {
            let error = await #expect(throws: ExtractionError.self) {
                _ = try await open("select 1 as n", url: url)
            }
            #expect(error?.message.contains(hidden) == false)
        }
    }
}
