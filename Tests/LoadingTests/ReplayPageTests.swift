import Loading
import Pipelines
import Planning
import Postgres
import StarSchema
import Testing
import WarehouseTestSupport

@Suite("Replays of more rejects than are read at once")
struct ReplayPageTests {
    /// One more than is read at once.
    private static let rejects = 5_001

    @Test("the last row of a member wins, wherever it is read", arguments: ["scd: 1", "scd: 2"])
    func dimension(change: String) async throws {
        func definition(length: Int) throws -> Definition {
            try Shop.definition(
                customer: Shop.customer.replacing(
                    "name: { type: text }",
                    with: "name: { type: text, \(change), length: { max: \(length) } }"
                )
            )
        }
        var files = Shop.files
        files["customers.csv"] =
            Shop.customers + (1...Self.rejects).map { "c3,Cy the \($0)th\n" }.joined()
        let dock = try await Dock(files)
        #expect(try await dock.load(definition(length: 5)).outcomes["customer"]?.failure == nil)
        let (created, load) = try await dock.replay(definition(length: 50))
        #expect(created.rejects == Self.rejects)
        #expect(load?.failures == [])
        #expect(
            try await dock.rows("select name from shop.dim_customer where customer_id = 'c3'")
                == ["Cy the \(Self.rejects)th"]
        )
    }

    @Test(
        "a grain that is repeated among them goes in once, and as declared",
        arguments: ["replace", "merge"],
        [("reject", 1), ("keep_first", 1), ("keep_last", rejects)]
    )
    func repeated(loading: String, duplicates: (rule: String, kept: Int)) async throws {
        func definition(_ amount: String) throws -> Definition {
            try .text(
                """
                pipeline: shop
                sources: { drops: { files: data } }
                facts:
                  order:
                    from: { source: drops, csv: orders.csv }
                    grain: [order_id]
                    load: \(loading)
                    duplicates: \(duplicates.rule)
                    columns:
                      order_id: { type: text, required: true }
                      amount: { type: integer\(amount) }
                """
            )
        }
        let rows = (1...Self.rejects).map { "o1,-\($0)\n" }.joined()
        let dock = try await Dock(["orders.csv": "order_id,amount\no0,0\n" + rows])
        #expect(try await dock.load(definition(", min: 0")).failures == [])
        let (_, load) = try await dock.replay(definition(""))
        #expect(load?.failures == [])
        let others = Self.rejects - 1
        let isRefused = duplicates.rule == "reject"
        #expect(
            load?.counts("order")
                == RowCounts(
                    read: Self.rejects,
                    loaded: 1,
                    rejected: isRefused ? others : 0,
                    deduplicated: isRefused ? 0 : others
                )
        )
        #expect(
            try await dock.rows(
                "select state, rule, count(*) from longshore.reject group by 1, 2 order by 1"
            )
                == (isRefused
                    ? ["fixed|min|1", "open|grain|\(others)"] : ["fixed|min|\(Self.rejects)"])
        )
        #expect(
            try await dock.rows("select order_id, amount from shop.fact_order order by 1")
                == ["o0|0", "o1|-\(duplicates.kept)"]
        )
    }

    @Test("they are read in the order of their source, in whatever order they were refused")
    func order() async throws {
        let dock = try await Dock([
            "customers.csv": Shop.customers + "c3,Cy the 1st\nc3,Cy the 2nd\n"
        ])
        func definition(length: Int) throws -> Definition {
            try Shop.definition(
                customer: Shop.customer.replacing(
                    "name: { type: text }",
                    with: "name: { type: text, length: { max: \(length) } }"
                )
            )
        }
        #expect(try await dock.load(definition(length: 5)).outcomes["customer"]?.failure == nil)
        try await dock.connection.query("update longshore.reject set line = 9 - line")
        let (_, load) = try await dock.replay(definition(length: 50))
        #expect(load?.failures == [])
        #expect(
            try await dock.rows("select name from shop.dim_customer where customer_id = 'c3'")
                == ["Cy the 1st"]
        )
    }

    @Test(
        "versions that move meanwhile are found beneath all of them",
        arguments: ["replace", "merge"]
    )
    func moved(loading: String) async throws {
        func definition(_ seconds: String) throws -> Definition {
            try .text(
                """
                pipeline: desk
                period: { grain: month, start: 2024-01 }
                sources: { drops: { files: data } }
                dimensions:
                  agent:
                    from: { source: drops, csv: agents.csv }
                    key: agent_id
                    effective: since
                    columns:
                      agent_id: { type: text, required: true }
                      since: { type: timestamp }
                      team: { type: text, scd: 2 }
                facts:
                  call:
                    from: { source: drops, csv: "calls_{period}.csv" }
                    period: at
                    grain: [call_id]
                    load: \(loading)
                    columns:
                      call_id: { type: text, required: true }
                      at: { type: timestamp, required: true }
                      agent: { references: agent, from: agent }
                      seconds: { type: integer\(seconds) }
                """
            )
        }
        let agents = "agent_id,since,team\na1,2024-01-01 00:00:00,North\n"
        let calls = (1...Self.rejects).map { "j\($0),2024-01-15 00:00:00,a1,-1\n" }.joined()
        let dock = try await Dock([
            "agents.csv": agents,
            "calls_2024-01.csv": "call_id,at,agent,seconds\nj0,2024-01-05 00:00:00,a1,1\n" + calls,
        ])
        #expect(try await dock.load(definition(", min: 0")).failures == [])
        try dock.write("agents.csv", agents + "a1,2024-01-10 00:00:00,South\n")
        let other = try await dock.create(definition(", min: 0"), periods: "2024-02")
        let merger = WarehouseLoader(dock.configuration)
        let (_, load) = try await dock.replay(
            definition(""),
            observer: At(.copied) { _ = await dock.perform(other.task("agent"), by: merger) }
        )
        await merger.close()
        #expect(load?.counts("call 2024-01")?.loaded == Self.rejects)
        let control = try await dock.rows(
            "select state, reason from longshore.control where period = '2024-01'"
        )
        #expect(
            control == [
                "stale|`agent`: versions of 1 key moved while load \(load?.id ?? 0) loaded the "
                    + "period, and change what 5,001 rows refer to"
            ]
        )
    }
}
