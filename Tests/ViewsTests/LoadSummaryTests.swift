import Console
import Planning
import Testing
import Views

@testable import Ledger

@Suite("The summary of a load")
struct LoadSummaryTests {
    private func text(_ load: LoadReport, _ tasks: [TaskReport]) -> String {
        LoadSummary(load, tasks, nil, Invocation(["longshore", "load", "shop"])).lines
            .joined(separator: "\n")
    }

    private func load(_ state: LoadState, kind: LoadKind = .load) -> LoadReport {
        LoadReport(
            load: 7,
            pipeline: "shop",
            kind: kind,
            state: state,
            periods: "2024-01",
            tasks: [:],
            requestedBy: "ana@quay",
            createdAt: "2024-02-01T02:00:00Z",
            seconds: 2
        )
    }

    private func task(
        _ ordinal: Int,
        _ kind: LoadTaskKind,
        _ table: String,
        _ period: String,
        _ state: TaskState,
        _ counts: RowCounts? = nil
    ) -> TaskReport {
        TaskReport(
            ordinal: ordinal,
            kind: kind,
            table: table,
            period: period,
            state: state,
            counts: counts,
            rejects: [:],
            replaced: counts.map { _ in 0 },
            seconds: counts.map { _ in 1.25 },
            failures: 0,
            crashes: 0,
            warnings: []
        )
    }

    @Test("counts that are too large to be added up are the largest there is")
    func largeCounts() {
        let large = RowCounts(read: .max, loaded: .max)
        #expect(
            large + RowCounts(read: 1, rejected: 1)
                == RowCounts(read: .max, loaded: .max, rejected: 1)
        )
        let tasks = (1...2).map { task($0, .fact, "fact_sale", "2024-0\($0)", .done, large) }
        #expect(text(load(.loaded), tasks).contains("9,223,372,036,854,775,807 rows read"))
    }

    @Test("a load that went well is a table, its notes, its counts and what to look at next")
    func loaded() {
        var sale = task(
            1,
            .fact,
            "fact_sale",
            "2024-01",
            .done,
            RowCounts(read: 1_200, loaded: 1_180, rejected: 15, deduplicated: 5)
        )
        sale.rejects = ["required": 3, "late": 12]
        sale.replaced = 1_000
        sale.warnings = ["expected 1,300 rows"]
        let customer = task(
            0,
            .dimension,
            "dim_customer",
            "",
            .done,
            RowCounts(read: 800, loaded: 800)
        )
        let left = task(2, .fact, "fact_sale", "2024-02", .superseded)
        #expect(
            text(load(.loaded), [customer, sale, left]) == """

                task   table         period   state        read  loaded  rejected  deduplicated  replaced    time
                7.0    dim_customer           done          800     800         0             0         0  1.25 s
                7.1    fact_sale     2024-01  done        1,200   1,180        15             5     1,000  1.25 s
                7.2    fact_sale     2024-02  superseded
                total                                     2,000   1,980        15             5     1,000

                rejected: fact_sale 2024-01: late 12, required 3
                warning: fact_sale 2024-01: expected 1,300 rows
                left to a newer load, which had asked for the period: fact_sale 2024-02
                load 7 of shop: loaded in 2.00 s, 2,000 rows read (1,000 rows/s)

                next:
                  longshore periods shop
                  longshore rejects list shop --load 7
                """
        )
    }

    @Test("dimensions whose sources were not read are `unchanged`, and since when is said")
    func unchanged() {
        var (customer, store) = (
            task(0, .dimension, "dim_customer", "", .done, RowCounts()),
            task(1, .dimension, "dim_store", "", .done, RowCounts())
        )
        (customer.unchangedSince, store.unchangedSince) = (5, 5)
        let sale = task(2, .fact, "fact_sale", "2024-01", .done, RowCounts(read: 4, loaded: 4))
        #expect(
            text(load(.loaded), [customer, store, sale]) == """

                task   table         period   state      read  loaded  rejected  deduplicated  replaced    time
                7.0    dim_customer           unchanged                                                  1.25 s
                7.1    dim_store              unchanged                                                  1.25 s
                7.2    fact_sale     2024-01  done          4       4         0             0         0  1.25 s
                total                                       4       4         0             0         0

                not read, because nothing has changed since load 5: dim_customer, dim_store
                load 7 of shop: loaded in 2.00 s, 4 rows read (2 rows/s)

                next:
                  longshore periods shop
                """
        )
    }

    @Test("a load that failed ends with why, and how to go on")
    func failed() {
        var sale = task(0, .fact, "fact_sale", "2024-01", .failed)
        (sale.failures, sale.crashes) = (5, 1)
        sale.failure = "no row was read [warehouse.row_count]"
        let mart = task(1, .mart, "mart_month", "2024-01", .blocked)
        let other = task(2, .fact, "fact_stock", "2024-01", .cancelled)
        let summary = text(load(.failed, kind: .replay), [sale, mart, other])
        #expect(
            summary.hasSuffix(
                """

                cancelled: fact_stock 2024-01
                not run, because they need what failed or was cancelled: mart_month 2024-01
                failed: fact_sale 2024-01: no row was read [warehouse.row_count]; after 5 errors and 1 crash
                replay 7 of shop: failed in 2.00 s, 0 rows read (0 rows/s)

                next:
                  longshore retry 7
                  longshore why 7.0
                  longshore periods shop
                """
            ),
            "\(summary)"
        )
    }

    @Test("a load whose exports are not all delivered says so, and leads to what is not")
    func undelivered() {
        var delivery = task(0, .delivery, "delivery_spend", "", .failed)
        delivery.failures = 1
        delivery.failure = "3 effects of `spend` are not delivered yet [export.waits]"
        let failed = text(load(.failed), [delivery])
        #expect(
            failed.contains("failed: delivery_spend: 3 effects of `spend` are not delivered yet")
        )
        #expect(failed.contains("  longshore exports list shop"))
        var dead = task(0, .delivery, "delivery_spend", "", .done, RowCounts(read: 1, loaded: 1))
        dead.warnings = ["1 effect will not be delivered"]
        #expect(text(load(.loaded), [dead]).contains("  longshore exports list shop"))
        dead.warnings = []
        #expect(!text(load(.loaded), [dead]).contains("exports list"))
    }

    @Test("a load that runs and that nobody coordinates, or that is paused, says how it goes on")
    func hindered() {
        var running = load(.running)
        #expect(
            text(running, [])
                .hasSuffix(
                    """
                    load 7 of shop: running in 2.00 s, 0 rows read (0 rows/s)
                    load 7 of shop is not finished, and nobody coordinates it; go on with: longshore resume 7

                    next:
                      longshore resume 7
                      longshore periods shop
                    """
                )
        )
        running.pausedBy = Interventions.PausedBy(target: "shop", person: "ana@quay")
        #expect(
            text(running, [])
                .hasSuffix(
                    """
                    load 7 of shop: paused in 2.00 s, 0 rows read (0 rows/s)
                    load 7 of shop is paused by ana@quay; go on with: longshore resume shop

                    next:
                      longshore resume shop
                      longshore periods shop
                    """
                )
        )
    }
}
