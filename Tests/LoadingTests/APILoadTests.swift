import Foundation
import Ledger
import Loading
import Loopback
import Pipelines
import Planning
import Postgres
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Rows of an API", .serialized)
struct APILoadTests {
    private static func definition(
        _ api: APIDouble,
        each: String = "select customer_id from dim_customer where customer_key > 0 order by 1",
        from more: String = ""
    ) throws -> Definition {
        try .text(
            """
            pipeline: shop
            period: { grain: month, start: 2024-01 }
            sources:
              drops: { files: data }
              api: { http: "\(api.url)/v1", private: true }
            dimensions:
              customer:
                from: { source: drops, csv: customers.csv }
                key: customer_id
                columns:
                  customer_id: { type: text, required: true }
                  name: { type: text }
            facts:
              sale:
                from:
                  source: api
                  get: "{customer.customer_id}/sales/{period}"
                  each: { customer: "\(each)" }
                  pages: { next: paging.next }
                  rows: data
                  \(more)
                period: sold_on
                grain: [sale_id]
                columns:
                  sale_id: { type: text, required: true }
                  sold_on: { type: date, required: true }
                  customer: { references: customer, from: customer_id }
                  amount: { type: "decimal(12,2)" }
            """
        )
    }

    private static let fields = "fields: { customer_id: \"{customer.customer_id}\" }"

    private static func sale(_ id: String, _ amount: String) -> String {
        #"{"sale_id":"\#(id)","sold_on":"2024-01-05","amount":\#(amount)}"#
    }

    @Test("are asked for each member of a dimension, and are loaded with what was asked about")
    func each() async throws {
        let api = try APIDouble(
            [
                "/v1/c1/sales/2024-01": [
                    Self.sale("s1", "1.50"), Self.sale("s2", #""2.50""#), Self.sale("s3", "[]"),
                ],
                "/v1/c2/sales/2024-01": [Self.sale("s4", "4")],
            ],
            wantsToken: false
        )
        let dock = try await Dock(["customers.csv": Shop.customers])
        let load = try await dock.load(Self.definition(api, from: Self.fields))
        #expect(load.counts("sale 2024-01") == RowCounts(read: 4, loaded: 3, rejected: 1))
        #expect(
            try await dock.rows(Shop.facts) == [
                "2024-01-01|s1|c1|1.50", "2024-01-01|s2|c1|2.50", "2024-01-01|s4|c2|4.00",
            ]
        )
        #expect(
            try await dock.rows("select source, line, rule from longshore.reject")
                == ["c1/sales/2024-01 page 2|1|json"]
        )
        let inputs = try await dock.rows(
            "select input from longshore.task where table_name = 'fact_sale'"
        )
        for page in [
            "c1/sales/2024-01 page 1", "c1/sales/2024-01 page 2", "c2/sales/2024-01 page 1",
        ] {
            #expect(inputs.first?.contains(page) == true, "\(inputs)")
        }
        let (created, replay) = try await dock.replay(Self.definition(api, from: Self.fields))
        #expect(created.rejects == 1)
        #expect(replay?.counts("sale 2024-01")?.rejected == 1)
        #expect(api.requests.count == 3)
    }

    @Test("a query that the warehouse does not understand, or that writes, is told as the source's")
    func badQuery() async throws {
        let api = try APIDouble([:], wantsToken: false)
        let dock = try await Dock(["customers.csv": Shop.customers])
        for query in ["select nothing from dim_customer", "select 1 / 0 from dim_customer"] {
            let load = try await dock.load(
                Self.definition(api, each: query, from: Self.fields)
            )
            let failure = try #require(load.failure("sale 2024-01"))
            #expect(failure.message.contains("the query of `each`, whose rows the source `api`"))
            #expect(failure.isRetryable == false)
        }
        #expect(api.requests.isEmpty)
    }

    @Test("rows to ask about that are too large fail the task, and none is asked about")
    func largeQuery() async throws {
        let api = try APIDouble([:], wantsToken: false)
        let dock = try await Dock(["customers.csv": Shop.customers])
        let query = "select repeat('x', 1048576) || i as customer_id from generate_series(1, 65) i"
        let load = try await dock.load(Self.definition(api, each: query, from: Self.fields))
        let failure = try #require(load.failure("sale 2024-01"))
        #expect(failure.message.contains("gives more than 64 MiB"), "\(failure.message)")
        #expect(failure.isRetryable == false)
        #expect(api.requests.isEmpty)
    }

    @Test("a task that an API wants to wait is due when the pause ends, and no attempt is counted")
    func throttled() async throws {
        let api = try APIDouble(
            ["/v1/c1/sales/2024-01": [Self.sale("s1", "1")], "/v1/c2/sales/2024-01": []],
            faults: [.status(429, retryAfter: "3600")],
            wantsToken: false
        )
        let dock = try await Dock(["customers.csv": Shop.customers])
        let load = try await dock.load(Self.definition(api, from: Self.fields))
        let task = load.task("sale 2024-01")
        guard case .retryable(let failure) = load.outcomes["sale 2024-01"] else {
            Issue.record("\(load.outcomes)")
            return
        }
        #expect(failure.code == "source.throttled")
        #expect(failure.absence?.kind == .quota)
        let verdict = try await dock.loader.record(
            failure,
            of: task,
            by: "test",
            policy: RetryPolicy()
        )
        #expect(verdict == .retry(.tenMinutes))
        #expect(
            try await dock.row(
                "select failures, absences, retry_at - clock_timestamp() between interval '50 min' "
                    + "and interval '1 h' from longshore.task where ordinal = 1"
            ) == "0|1|t"
        )
        _ = try await dock.connection.query(
            "update longshore.task set state = 'published' where ordinal = 1"
        )
        let awaited = try #require(await dock.ledger.tasks.absences(ofLoad: load.id))
        #expect(awaited.since.dropLast(9) < awaited.until.dropLast(9), "\(awaited.notice)")
        guard case .early = await dock.perform(task) else {
            Issue.record("its time has not come")
            return
        }
        #expect(api.requests.count == 1)
        _ = try await dock.connection.query("update longshore.task set retry_at = null")
        // Another worker knows nothing of the pause.
        let other = WarehouseLoader(dock.configuration, keyMaps: KeyMapCache())
        #expect(
            await dock.perform(task, by: other) == .loaded(RowCounts(read: 1, loaded: 1))
        )
    }
}
