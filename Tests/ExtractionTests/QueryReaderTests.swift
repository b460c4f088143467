import Extraction
import Pipelines
import Rows
import TestSupport
import Testing

@Suite("Queries")
struct QueryReaderTests {
    private func open(
        _ query: String,
        url: String,
        period: Period? = nil
    ) async throws -> any RowReader {
        try await openReader(
            Extract(source: "crm", input: .query(query)),
            source: .postgres(url: "${CRM_URL}"),
            period: period,
            folder: "/",
            environment: { $0 == "CRM_URL" ? url : nil }
        )
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
        await #expect(throws: (any Error).self) { _ = try await open("select nothing", url: url) }
        await #expect(throws: (any Error).self) {
            var reader = try await open(
                "select 1 / (99999 - i) as v from generate_series(1, 100000) i",
                url: url
            )
            _ = try await drain(&reader)
        }
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
