import Planning
import Testing
import Views

@testable import Rehearsal

@Suite("What a load would do, in words")
struct EffectsSummaryTests {
    private func text(_ effects: Effects) -> String {
        EffectsSummary(effects).lines.joined(separator: "\n")
    }

    @Test("members, rows, sums, what would be refused and what would fail are all told")
    func full() {
        let effects = Effects(
            pipeline: "shop",
            periods: ["2024-01", "2024-02"],
            tasks: [customers, stores, sales, stock, mart],
            stale: [.init(table: "shop.fact_visit", period: "2024-01", reason: "a version is new")]
        )
        #expect(
            text(effects) == """
                shop: what a load of 2024-01..2024-02 (2 periods) would do

                   dimension       new  changed  versions  expired  completed  inferred  rejected
                ~  dim_customer  1,200        2         ·        ·          ·         ·         3
                !  dim_store

                   fact        period                           before     after     change
                ~  fact_sale   2024-02        rows               1,000     1,250       +250
                                              amount         10,000.50  9,000.25  -1,000.25
                ~  fact_sale   2024-01, late  rows                  10        10          ·
                -  fact_stock  2024-02        would not run

                   mart        period         before  after  change
                +  mart_month  2024-02  rows       0     12     +12

                would be replaced: fact_sale 2024-02: 1,000 rows
                would be rejected: dim_customer: required 3
                would warn: fact_sale 2024-02: expected 1,300 rows
                would become stale: shop.fact_visit 2024-01: a version is new
                would fail: dim_store: column `name` is gone
                would not run, for they need what fails: fact_stock 2024-02

                5 tasks: 3 would be done, 1 would fail, 1 would not run; nothing has been changed
                """
        )
        #expect(!effects.isGood)
    }

    @Test("a load that would change nothing has points for numbers")
    func nothing() {
        var calendar = TaskEffect(
            ordinal: 0,
            kind: .dimension,
            table: "dim_date",
            period: "",
            state: .done
        )
        calendar.members = MemberEffect()
        let effects = Effects(pipeline: "shop", periods: ["2024-01"], tasks: [calendar], stale: [])
        #expect(
            text(effects) == """
                shop: what a load of 2024-01 would do

                  dimension  new  changed  versions  expired  completed  inferred  rejected
                  dim_date     ·        ·         ·        ·          ·         ·         ·

                1 task: 1 would be done; nothing has been changed
                """
        )
        #expect(effects.isGood)
    }

    private var customers: TaskEffect {
        var task = TaskEffect(
            ordinal: 0,
            kind: .dimension,
            table: "dim_customer",
            period: "",
            state: .done
        )
        task.counts = RowCounts(read: 1_205, loaded: 1_202, rejected: 3)
        task.rejects = ["required": 3]
        task.members = MemberEffect(new: 1_200, changed: 2)
        return task
    }

    private var stores: TaskEffect {
        var task = TaskEffect(
            ordinal: 1,
            kind: .dimension,
            table: "dim_store",
            period: "",
            state: .failed
        )
        task.failure = "column `name` is gone"
        return task
    }

    private var sales: TaskEffect {
        var task = TaskEffect(
            ordinal: 2,
            kind: .fact,
            table: "fact_sale",
            period: "2024-02",
            state: .done
        )
        task.replaced = 1_000
        task.warnings = ["expected 1,300 rows"]
        task.rows = RowChange(before: 1_000, after: 1_250)
        task.measures = [
            MeasureChange(name: "amount", before: "10000.50", after: "9000.25", change: "-1000.25")
        ]
        task.earlier = [
            .init(period: "2024-01", rows: RowChange(before: 10, after: 10), measures: [])
        ]
        return task
    }

    private var stock: TaskEffect {
        TaskEffect(
            ordinal: 3,
            kind: .fact,
            table: "fact_stock",
            period: "2024-02",
            state: .blocked
        )
    }

    private var mart: TaskEffect {
        var task = TaskEffect(
            ordinal: 4,
            kind: .mart,
            table: "mart_month",
            period: "2024-02",
            state: .done
        )
        task.rows = RowChange(before: 0, after: 12)
        return task
    }
}
