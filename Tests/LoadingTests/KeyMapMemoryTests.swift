import Foundation
import Loading
import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

/// The same data with key maps in memory and without: no difference may show.
@Suite("Key maps over the memory limit", .serialized)
struct KeyMapMemoryTests {
    /// What can be seen of a load: what is told of its tasks, and every table by what its keys mean.
    private struct Effect: Equatable {
        var counts: [String]
        var facts: [String]
        var members: [String]
        var rejects: [String]
    }

    private func load(_ data: KeyMapMemoryData, limit: Int) async throws -> (Effect, Int) {
        let cache = KeyMapCache(memoryLimit: limit)
        let dock = try await Dock(data.files, keyMaps: cache)
        let load = try await dock.load(KeyMapMemoryData.definition(), periods: "2024-01..2024-02")
        #expect(load.failures == [])
        let effect = Effect(
            counts: load.outcomes.map { "\($0.key): \($0.value)" }.sorted(),
            facts: try await dock.rows(
                """
                select f.period, f.call_id, f.at, f.note, a.agent_id, a.valid_from, a.level,
                    h.agent_id as helper, h.valid_from as since, c.client_id, c.is_inferred,
                    p.client_id as payer, t.site, t.number, d.date
                from desk.fact_call f join desk.dim_agent a on a.agent_key = f.agent_key
                join desk.dim_agent h on h.agent_key = f.helper_key
                join desk.dim_client c on c.client_key = f.client_key
                join desk.dim_client p on p.client_key = f.payer_key
                join desk.dim_team t on t.team_key = f.team_key
                join desk.dim_date d on d.date_key = f.day_key
                order by f.period, f.call_id
                """
            ),
            members:
                try await dock.rows(
                    """
                    select agent_id, valid_from, valid_to, is_current, level, site, number, false as i
                    from desk.dim_agent left join desk.dim_team using (team_key)
                    union all select client_id::text, null, null, null, null, name, null, is_inferred
                    from desk.dim_client
                    union all select site, null, null, null, number, name, null, is_inferred
                    from desk.dim_team
                    """
                )
                .sorted(),
            rejects: try await dock.rows(
                """
                select table_name, period, source, line, byte_offset, column_name, rule, reason, raw
                from longshore.reject order by table_name, period, line
                """
            )
        )
        #expect(effect.facts.count > 500)
        return (effect, cache.statistics.leftToPostgres)
    }

    @Test(
        "facts, members, rejects and counts are the same with all maps, some, and none in memory",
        arguments: [21, 22] as [UInt64]
    )
    func same(seed: UInt64) async throws {
        let data = KeyMapMemoryData(seed: seed)
        let (expected, none) = try await load(data, limit: .max)
        #expect(none == 0)
        let rules = Set(expected.rejects.map { $0.split(separator: "|")[6] })
        #expect(rules == ["references", "required", "grain", "decimal"])
        // Some of the maps fit beside each other, and some do not.
        let (some, left) = try await load(data, limit: 40_000)
        #expect(some == expected)
        #expect(left > 0)
        let (without, all) = try await load(data, limit: 0)
        #expect(without == expected)
        #expect(all == 9)
    }

    /// Customers by number, and sales that refer to them.
    private func files(customers: Int, sales: [String: Range<Int>]) -> [String: String] {
        var files = ["customers.csv": "customer_id,name\n"]
        files["customers.csv"]? += (0..<customers).map { "c\($0),Name\n" }.joined()
        for (month, numbers) in sales {
            files["sales_\(month).csv"] =
                "sale_id,sold_on,customer_id,amount\n"
                + numbers.map { "\(month)-\($0),\(month)-05,c\($0 % customers),1.00\n" }.joined()
        }
        return files
    }

    @Test("a large map waits for many rows, or for as many look-ups as it would take to load it")
    func postponed() async throws {
        let cache = KeyMapCache(smallMap: 100)
        let dock = try await Dock(
            files(
                customers: 400,
                sales: [
                    "2024-01": 0..<10, "2024-02": 10..<30, "2024-03": 0..<5, "2024-04": 0..<21_000,
                ]
            ),
            keyMaps: cache
        )
        let definition = try Shop.definition()
        let dimension = try await dock.create(definition)
        #expect(await dock.perform(dimension.task("customer")).failure == nil)
        try await dock.connection.query("analyze shop.dim_customer")
        #expect(await dock.perform(dimension.task("sale 2024-01")).failure == nil)
        #expect(cache.statistics.loaded == 0)
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let february = try await dock.create(definition, periods: "2024-02")
        #expect(await dock.perform(february.task("customer")).failure == nil)
        #expect(await dock.perform(february.task("sale 2024-02")).failure == nil)
        #expect(cache.statistics.loaded == 0)
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let march = try await dock.create(definition, periods: "2024-03")
        #expect(await dock.perform(march.task("customer")).failure == nil)
        #expect(await dock.perform(march.task("sale 2024-03")).failure == nil)
        #expect(cache.statistics.loaded == 1)
        let fresh = KeyMapCache(smallMap: 100)
        let slot = WarehouseLoader(dock.configuration, keyMaps: fresh)
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let april = try await dock.create(definition, periods: "2024-04")
        #expect(await dock.perform(april.task("customer")).failure == nil)
        let outcome = await dock.perform(april.task("sale 2024-04"), by: slot)
        #expect(outcome == .loaded(RowCounts(read: 21_000, loaded: 21_000)))
        #expect(fresh.statistics.loaded == 1)
        await slot.close()
        #expect(
            try await dock.row(
                """
                select count(*), count(*) filter (where customer_id = 'c' || split_part(sale_id, '-', 3)::int % 400)
                from shop.fact_sale join shop.dim_customer using (customer_key)
                """
            ) == "21035|21035"
        )
    }

    @Test("a map of a history that was lost is not taken for one of the history since")
    func lostCommits() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(sale: Shop.sale(missing: "unknown"))
        try await dock.load(definition)
        let control = "longshore.control where table_name = 'dim_customer'"
        try await dock.connection.query("create table kept as select * from \(raw: control)")
        try dock.write("customers.csv", Shop.customers + "c8,Otto\n")
        try dock.write("sales_2024-01.csv", Shop.january + "s8,2024-01-08,c8,1.00\n")
        try await dock.load(definition)
        // What that load did is gone, and its key with it; the worker and its maps live on.
        let key = try await dock.row(
            "select customer_key from shop.dim_customer where customer_id = 'c8'"
        )
        try await dock.connection.query("delete from \(raw: control)")
        try await dock.connection.query("insert into longshore.control select * from kept")
        try await dock.connection.query(
            "update shop.dim_customer set customer_id = 'c9', name = 'Nina' where customer_id = 'c8'"
        )
        try await dock.connection.query("delete from shop.dim_customer where customer_id = 'c9'")
        try await dock.connection.query(
            """
            select setval(pg_get_serial_sequence('shop.dim_customer', 'customer_key'), \(raw: key), false)
            """
        )
        try dock.write("customers.csv", Shop.customers + "c9,Nina\n")
        try dock.write("sales_2024-01.csv", Shop.january + "s8,2024-01-08,c8,1.00\n")
        try await dock.load(definition)
        #expect(
            try await dock.row(
                "select customer_id from shop.dim_customer where customer_key = \(key)"
            )
                == "c9"
        )
        #expect(
            try await dock.row("select customer_key from shop.fact_sale where sale_id = 's8'")
                == "-1"
        )
    }

    @Test("a version that comes while rows are read is found, with the map and without")
    func cameMeanwhile() async throws {
        for limit in [Int.max, 0] {
            let dock = try await Dock(
                [
                    "agents.csv": "agent_id,since,team\na0,2024-01-01 00:00:00,North\n",
                    "calls_2024-01.csv": "call_id,at,agent\nx,2024-01-15 00:00:00,a1\n",
                ],
                keyMaps: KeyMapCache(memoryLimit: limit)
            )
            let load = try await dock.create(Shop.calls())
            #expect(await dock.perform(load.task("agent")).failure == nil)
            try dock.write("agents.csv", "agent_id,since,team\na1,2024-01-10 00:00:00,North\n")
            let other = try await dock.create(Shop.calls(), periods: "2024-02")
            let merger = WarehouseLoader(dock.configuration)
            let outcome = await dock.perform(
                load.task("call 2024-01"),
                observer: At(.opened) { _ = await dock.perform(other.task("agent"), by: merger) }
            )
            #expect(outcome == .loaded(RowCounts(read: 1, loaded: 1)))
            #expect(
                try await dock.row(
                    "select team, is_inferred from desk.fact_call join desk.dim_agent using (agent_key)"
                ) == "North|f"
            )
            await merger.close()
        }
    }
}

/// Generated calls of agents with versions, of clients that facts infer, of teams with two key columns.
private struct KeyMapMemoryData {
    private(set) var files: [String: String] = [:]
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        files["teams.csv"] = "site,number,name\n" + lines(40) { "S\($0 % 8), \($0 / 8),Team \($0)" }
        files["clients.csv"] = "client_id,name\n" + lines(300) { "\($0 * 7)5.50,Client \($0)" }
        files["agents.csv"] = agents()
        for period in ["2024-01", "2024-02"] { files["calls_\(period).csv"] = calls(period) }
    }

    private func lines(_ count: Int, _ line: (Int) -> String) -> String {
        (0..<count).map { line($0) + "\n" }.joined()
    }

    private mutating func number(_ bound: Int) -> Int {
        Int.random(in: 0..<bound, using: &generator)
    }

    private mutating func agents() -> String {
        var text = "agent_id,since,level,site,number\n"
        for _ in 0..<900 {
            let day = String(format: "2024-%02d-%02d", number(2) + 1, number(28) + 1)
            text += " agent number \(number(300)),\(day) \(10 + number(9)):00:00,\(number(3)),"
            text += "s\(number(9)),\(number(6))\n"
        }
        return text
    }

    private mutating func calls(_ period: String) -> String {
        var text = "call_id,at,agent,helper,client,payer,site,number,note\n"
        for _ in 0..<2_000 {
            let agent = number(40) == 0 ? "" : "Agent Number \(number(310))"
            let helper = number(4) == 0 ? "  " : "AGENT NUMBER \(number(400))"
            let client = number(30) == 0 ? "x" : number(30) == 0 ? "" : "\(number(320) * 7)5.5"
            let payer = "\(number(305) * 7)5.50"
            let team = number(9) == 0 ? "," : "s\(number(9)),\(number(6))"
            let at = "\(period)-\(10 + number(19)) \(10 + number(12)):30:00"
            text += "c\(number(3_000)),\(at),\(agent),\(helper),\(client),\(payer),\(team),n\n"
        }
        return text
    }

    static func definition() throws -> Definition {
        try .text(
            """
            pipeline: desk
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: data } }
            dimensions:
              team:
                from: { source: drops, csv: teams.csv }
                key: [site, number]
                columns:
                  site: { type: text, required: true, clean: [trim, lower] }
                  number: { type: integer, required: true, clean: [trim] }
                  name: { type: text }
              agent:
                from: { source: drops, csv: agents.csv }
                key: agent_id
                effective: since
                columns:
                  agent_id: { type: text, required: true, clean: [trim, lower] }
                  since: { type: timestamp }
                  level: { type: integer, scd: 2 }
                  team: { references: team, from: [site, number], missing: infer, scd: 2 }
              client:
                from: { source: drops, csv: clients.csv }
                key: client_id
                columns:
                  client_id: { type: "decimal(12,2)", required: true }
                  name: { type: text }
              date: { calendar: { from: 2024-01-01, to: 2024-02-20 } }
            facts:
              call:
                from: { source: drops, csv: "calls_{period}.csv" }
                period: at
                grain: [call_id]
                columns:
                  call_id: { type: text, required: true }
                  at: { type: timestamp, required: true }
                  note: { type: text }
                  agent: { references: agent, from: agent, missing: reject }
                  helper: { references: agent, from: helper, missing: unknown }
                  client: { references: client, from: client, missing: infer }
                  payer: { references: client, from: payer, missing: reject }
                  team: { references: team, from: [site, number], missing: unknown }
                  day: { references: date, from: at, missing: infer }
            """
        )
    }
}
