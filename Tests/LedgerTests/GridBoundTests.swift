import Ledger
import Planning
import Postgres
import Testing
import WarehouseTestSupport

/// Pages ask for no more than they show.
@Suite("Bounds of what pages ask")
struct GridBoundTests {
    /// A ledger with 100 tables of 1,000 days each, and a load of 40,000 tasks.
    private static func dock() async throws -> Dock {
        let dock = try await Dock()
        _ = try await dock.ledger.fleet.identity()
        for statement in [
            """
            insert into longshore.control (schema_name, table_name, period, pipeline, kind, name, period_start,
                period_end, state, rows_loaded, rows_rejected)
            select 's', 't' || to_char(t, 'FM000'), (date '2022-01-01' + d)::text, 'p', 'fact', 'f' || to_char(t, 'FM000'),
                date '2022-01-01' + d, date '2022-01-02' + d, 'loaded', 10, 0
            from generate_series(1, 100) t, generate_series(0, 999) d
            """,
            "insert into longshore.definition (digest, pipeline, bundle) values ('d', 'p', '{}')",
            """
            insert into longshore.load (pipeline, definition, folder, periods, requested_by)
            values ('p', 'd', '/', '{}', 'ana')
            """,
            """
            insert into longshore.task (load_id, ordinal, kind, name, schema_name, table_name, period, pool, state)
            select 1, n, 'fact', 'f', 's', 't001', n::text, 'default',
                case when n % 2 = 0 then 'waiting' else 'cancelled' end
            from generate_series(0, 39999) n
            """,
            "analyze",
        ] {
            try await dock.connection.query(SQL(raw: statement))
        }
        return dock
    }

    @Test("a grid has at most 40 tables and 60 columns, and goes on behind the last of them")
    func grid() async throws {
        let dock = try await Self.dock()
        let desk = dock.ledger.grid
        let first = try await desk.grid(by: .day, columns: 1_000)
        #expect(first.columns.count == GridDesk.mostColumns)
        #expect(first.rows.count == GridDesk.mostRows)
        #expect(first.rows.allSatisfy { $0.cells.count == GridDesk.mostColumns })
        #expect(first.moreRows == 60)
        let second = try await desk.grid(by: .day, after: "s.t040")
        #expect(second.rows.first?.table == "t041")
        #expect(second.moreRows == 20)
        let last = try await desk.grid(by: .month, after: "s.t080")
        #expect(last.rows.count == 20 && last.moreRows == 0)
        #expect(last.rows[0].cells.last?.periods == 26)
        #expect(try await desk.grid(by: .day, after: "s.t100").rows == [])
        let begin = ContinuousClock.now
        _ = try await desk.grid(by: .day, columns: 60)
        #expect(ContinuousClock.now - begin < .seconds(1))
    }
}
