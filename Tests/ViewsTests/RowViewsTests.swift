import Pipelines
import Planning
import Testing
import Views
import Words

@testable import Inquiry
@testable import Ledger

@Suite("Rows for people: refused ones, and where others came from")
struct RowViewsTests {
    private var report: RejectReport {
        RejectReport(
            reject: 12,
            task: "7.1",
            table: "shop.fact_sale",
            period: "2024-01",
            source: "sales_2024-01.csv",
            line: 7,
            byteOffset: 310,
            column: "amount",
            rule: "required",
            reason: "it is empty",
            state: .open,
            refusedAt: "2024-02-01T02:00:00Z"
        )
    }

    private var waived: RejectReport {
        var waived = report
        (waived.reject, waived.line, waived.column) = (104, 1200, nil)
        (waived.rule, waived.reason, waived.state) = (
            "grain", "another row has its grain", .waived
        )
        (waived.waivedBy, waived.waiver) = ("ana@quay", "known")
        waived.waivedAt = "2024-02-02T09:00:00Z"
        return waived
    }

    @Test("rejects are a line each, with their state where not all are open")
    func rejects() {
        #expect(
            RejectsView([report, waived], haveStates: true).lines == [
                "reject  state   table           source             line  column  rule      reason",
                "    12  open    shop.fact_sale  sales_2024-01.csv     7  amount  required  it is empty",
                "   104  waived  shop.fact_sale  sales_2024-01.csv  1200          grain     "
                    + "another row has its grain",
            ]
        )
        #expect(
            RejectsView([report], haveStates: false).lines == [
                "reject  table           source             line  column  rule      reason",
                "    12  shop.fact_sale  sales_2024-01.csv     7  amount  required  it is empty",
            ]
        )
    }

    @Test("one reject tells all that is known, and its row as it was read")
    func reject() {
        let row = RejectedRow(
            report: waived,
            raw: Array("s1,2024-01-03,,c7".utf8),
            header: ["sale_id", "sold_on", "amount", "customer_id"],
            format: .csv(CSVDialect()),
            input: "sales_2024-01.csv (93 bytes)",
            definition: "6c0f"
        )
        #expect(
            RejectView(row).lines.joined(separator: "\n") == """
                reject 104 of shop.fact_sale 2024-01: waived
                  rule        `grain`: another row has its grain
                  source      sales_2024-01.csv, line 1200, byte 310
                  refused     2024-02-01 02:00:00 UTC by load task 7.1
                  definition  6c0f
                  input       sales_2024-01.csv (93 bytes)
                  waived      2024-02-02 09:00:00 UTC by ana@quay: known
                  columns     sale_id, sold_on, amount, customer_id

                s1,2024-01-03,,c7
                """
        )
    }

    @Test("a fact's row names its load, its task, its file and its line")
    func trace() {
        let origin = TracedRow.Origin(
            task: "7.1",
            period: "2024-01",
            input: "sales_2024-01.csv (93 bytes)",
            attempt: 2,
            worker: "quay-1",
            committedAt: "2024-02-01T02:00:00Z",
            definition: "6c0f",
            pipeline: "shop",
            requestedBy: "ana@quay",
            places: [TracedRow.Place(input: "sales_2024-01.csv", line: 7)]
        )
        let row = TracedRow(
            columns: [
                TracedRow.Column(name: "sale_id", value: "s1"),
                TracedRow.Column(name: "amount", value: nil),
            ],
            load: 7,
            writtenBy: 8,
            isInferred: false,
            origin: origin
        )
        #expect(
            TraceView([row], of: "fact_sale", key: ["s1"]).text == """
                fact_sale `s1`: 1 row

                  sale_id  s1
                  amount \u{20}\u{20}
                  came from
                    load        7 of shop, asked for by ana@quay
                    task        7.1 (2024-01), attempt 2
                    committed   2024-02-01 02:00:00 UTC by quay-1
                    input       sales_2024-01.csv (93 bytes)
                    line        7 of sales_2024-01.csv
                    definition  6c0f
                    ended by    load 8, which wrote the row last
                """
        )
    }

    @Test("placeholders, the unknown member and marts say what they are")
    func otherRows() {
        let unknown = TracedRow(columns: [.init(name: "k", value: "-1")], isInferred: false)
        let inferred = TracedRow(columns: [.init(name: "k", value: "9")], load: 7, isInferred: true)
        #expect(
            TraceView([unknown, inferred], of: "dim_customer", key: ["c7"]).text == """
                dim_customer `c7`: 2 rows

                  k  -1
                  came from
                    nobody  the unknown member is always there

                  k  9
                  came from
                    inferred  a fact of load 7 named it before the dimension did
                """
        )
        let mart = TracedRow(
            columns: [],
            load: 7,
            reads: [.init(table: "fact_sale", load: 6), .init(table: "dim_date", load: nil)],
            isInferred: false
        )
        #expect(
            TraceView([mart], of: "mart_month", key: []).text == """
                mart_month

                  came from
                    load   load 7, whose task is no longer in the ledger
                    reads  fact_sale, written last by load 6
                    reads  dim_date
                """
        )
    }
}
