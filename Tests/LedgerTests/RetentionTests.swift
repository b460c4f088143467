import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@Suite("What the ledger forgets")
struct RetentionTests {
    /// A dock where January was loaded three times and February once, all of it long ago.
    private func dock(bad: Bool = false) async throws -> (Dock, [Int64]) {
        var files = Shop.files
        if bad { files["sales_2024-01.csv"] = Shop.january + "s9,2024-01-09,c1,-1.00\n" }
        let dock = try await Dock(files)
        var loads: [Int64] = []
        for periods in ["2024-01", "2024-01", "2024-02", "2024-01"] {
            let load = try await dock.load(Shop.definition(), periods: periods, refreshes: true)
            #expect(load.failures == [])
            loads.append(load.id)
        }
        try await age(dock)
        return (dock, loads)
    }

    /// Everything ended a year ago.
    private func age(_ dock: Dock) async throws {
        try await dock.connection.query(
            "update longshore.load set state = 'loaded', finished_at = now() - interval '365 days'"
        )
        try await dock.connection.query(
            "update longshore.reject set created_at = now() - interval '365 days'"
        )
    }

    private func loads(_ dock: Dock) async throws -> [String] {
        try await dock.rows("select id from longshore.load order by id")
    }

    @Test("loads that nothing points to go with their tasks; what a period was loaded by stays")
    func forgotten() async throws {
        let (dock, ids) = try await dock()
        let rows = try await dock.rows(Shop.facts)
        let retention = dock.ledger.retention
        // Of 366 days nothing is old.
        #expect(try await retention.forget(olderThanDays: 366) == RetentionDesk.Forgotten())
        let old = try await retention.old(olderThanDays: 100)
        #expect(old.loads == 2 && old.tasks == 4)
        #expect(try await loads(dock) == ids.map(String.init))
        #expect(try await retention.forget(olderThanDays: 100) == old)
        #expect(try await loads(dock) == ids[2...].map(String.init))
        #expect(
            try await dock.row("select count(*) from longshore.task where load_id < \(ids[2])")
                == "0"
        )
        // Nothing else is another, and nothing is due.
        #expect(try await dock.rows(Shop.facts) == rows)
        #expect(try await dock.due(Shop.definition().pipeline).periods.isEmpty)
        #expect(try await retention.forget(olderThanDays: 100) == RetentionDesk.Forgotten())
    }

    @Test("a load that runs again, or whose rejects wait for somebody, stays")
    func needed() async throws {
        let (dock, ids) = try await dock(bad: true)
        // The rejects of the first two loads were superseded by the last one of January.
        try await dock.connection.query(
            "update longshore.reject set state = 'waived' where load_id = \(ids[0])"
        )
        try await dock.connection.query(
            "update longshore.load set state = 'running' where id = \(ids[1])"
        )
        let old = try await dock.ledger.retention.old(olderThanDays: 100)
        #expect(old.rejects == 1 && old.loads == 0)
        #expect(try await dock.ledger.retention.forget(olderThanDays: 100) == old)
        #expect(try await loads(dock) == ids.map(String.init))
        try await dock.connection.query(
            "update longshore.load set state = 'loaded' where id = \(ids[1])"
        )
        #expect(try await dock.ledger.retention.forget(olderThanDays: 100).loads == 1)
        #expect(try await loads(dock) == [ids[0], ids[2], ids[3]].map(String.init))
        // The open reject of the last load is still there.
        #expect(
            try await dock.rows("select state from longshore.reject order by id") == [
                "waived", "open",
            ]
        )
    }

    @Test("many rejects are deleted, whatever their number")
    func pieces() async throws {
        let (dock, ids) = try await dock()
        try await dock.connection.query(
            """
            insert into longshore.reject (load_id, ordinal, schema_name, table_name, period, source, line,
                byte_offset, rule, reason, raw, state, created_at)
            select \(ids[0]), 0, 'shop', 'fact_sale', '2024-01', 'a', n, n, 'r', 'r', '',
                case when n % 2 = 0 then 'fixed' else 'open' end, now() - interval '1 year'
            from generate_series(1, 25000) n
            """
        )
        #expect(try await dock.ledger.retention.old(olderThanDays: 100).rejects == 12_500)
        #expect(try await dock.ledger.retention.forget(olderThanDays: 100).rejects == 12_500)
        #expect(
            try await dock.row("select count(*), min(state) from longshore.reject") == "12500|open"
        )
    }

    @Test("the ledger's standing tells what an upgrade would do, and changes nothing")
    func standing() async throws {
        let dock = try await Dock()
        let none = try await LedgerStanding.read(dock.connection)
        #expect(none.version == nil && none.warehouse == nil && none.pending.count == none.known)
        #expect(try await LedgerStanding.read(dock.connection).version == nil)
        try await LedgerSchema.migrate(dock.connection)
        let made = try await LedgerStanding.read(dock.connection)
        #expect(made.version == made.known && made.pending.isEmpty && !made.isNewer)
        #expect(made.warehouse != nil && made.bytes > 0)
        try await dock.connection.query("insert into longshore.migration values (999, 'newer')")
        #expect(try await LedgerStanding.read(dock.connection).isNewer)
    }
}
