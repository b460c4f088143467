import Planning
import Postgres
import Testing

@testable import Ledger

/// States in statements.
@Suite("states as constants")
struct LedgerStateTests {
    @Test("a state is a constant, as partial indexes need it, and no parameter")
    func constants() {
        let period = "2024-01"
        let sql: SQL = """
            state = \(PeriodState.stale) and period = \(period) \
            and \(TaskState.published) <> \(LoadState.running)
            """
        #expect(sql.text == "state = 'stale' and period = $1 and 'published' <> 'running'")
        #expect(sql.parameters == [.text(period)])
    }

    @Test("several states are a list")
    func lists() {
        let sql: SQL = "state in (\([PeriodState.loaded, .stale])) or state in (\(TaskState.open))"
        #expect(sql == "state in ('loaded', 'stale') or state in ('waiting', 'published')")
    }

    @Test("what people run of the control table is one line with constants")
    func statementsForPeople() {
        let key = PeriodKey(schema: "shop", table: "dim_o'neill")
        #expect(
            ControlTable.staleMark(of: key.isOfTable, because: "it's gone").written == """
                update longshore.control set state = 'stale', reason = 'it''s gone' \
                where schema_name = 'shop' and table_name = 'dim_o''neill' and state = 'loaded'
                """
        )
        #expect(
            ControlTable.observationCount(of: key, in: "shop.seen").written == """
                update longshore.control set observations = (select count(*) from shop.seen) \
                where schema_name = 'shop' and table_name = 'dim_o''neill' and period = ''
                """
        )
    }
}
