import Ledger
import Planning
import Postgres
import Testing
import WarehouseTestSupport

/// What hinders whoever asks the ledger, by what can be done about it.
@Suite("Troubles of the ledger")
struct LedgerTroubleTests {
    private static func trouble(_ body: () async throws -> Void) async -> LedgerTrouble? {
        do {
            try await body()
            return nil
        } catch {
            return LedgerTrouble(error)
        }
    }

    @Test("values, names, refusals and faults are told apart, and none quotes what was asked")
    func kinds() async throws {
        let dock = try await Dock()
        _ = try await dock.ledger.fleet.identity()
        let connection = dock.connection
        for (statement, kind) in [
            ("select 'secret'::integer", .unfitValue), ("select '0000-00-00'::date", .unfitValue),
            ("select nonsense", .fault),
            ("select pg_terminate_backend(pg_backend_pid())", .noAnswer),
        ] as [(SQL, LedgerTrouble)] {
            let found = await Self.trouble { try await connection.query(statement) }
            #expect(found == kind, "\(statement.text)")
        }
        let nul = await Self.trouble {
            _ = try await dock.ledger.grid.period("a\0b", ofTable: "t", in: "s")
        }
        #expect(nul == .unfitValue)
        let unknown = await Self.trouble {
            _ = try await dock.ledger.orders.retry(.load(99), .failed)
        }
        #expect(
            unknown == .unknown("the ledger has no load `99`: `longshore status` lists the loads")
        )
        #expect(LedgerTrouble(CancellationError()) == .noAnswer)
        let newer = NewerLedger(version: 9_999, known: 1)
        #expect(LedgerTrouble(newer) == .refused(newer.description))
    }

    @Test("who only reads a ledger neither makes it nor brings it up to date, and cannot write")
    func reading() async throws {
        let dock = try await Dock()
        let reading = LedgerDesks.reading(dock.configuration)
        guard
            case .refused(let words) = await Self.trouble({ _ = try await reading.fleet.identity() }
            )
        else {
            Issue.record("a ledger that is not there is refused")
            return
        }
        #expect(words.hasPrefix("there is no ledger in this database"))
        _ = try await dock.ledger.fleet.identity()
        #expect(try await reading.actions.newest(limit: 1) == [])
        let written = await #expect(throws: PostgresError.self) {
            try await reading.rejects.prune(olderThanDays: 1)
        }
        #expect(written?.sqlState == .readOnlySQLTransaction)
        try await dock.connection.query("delete from longshore.migration where version > 1")
        let older = LedgerDesks.reading(dock.configuration)
        guard case .refused(let old) = await Self.trouble({ _ = try await older.fleet.identity() })
        else {
            Issue.record("an older ledger is refused")
            return
        }
        #expect(old.hasPrefix("the ledger has schema version `1`, this program makes `"))
        await reading.close()
        await older.close()
    }
}
