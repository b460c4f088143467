import Extraction
import Ledger
import Loading
import Loopback
import Pipelines
import Planning
import Postgres
import StarSchema
import Synchronization
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Exports", .serialized)
struct ExportTests {
    @Test("deliver what is new, changed or gone, and nothing that is as it was")
    func changes() async throws {
        let quay = try await Quay()
        let first = try await quay.load()
        #expect(first.failures == [])
        #expect(first.counts("spend") == RowCounts(read: 2, loaded: 2))
        #expect(first.counts(Quay.delivery) == RowCounts(read: 2, loaded: 2))
        #expect(try await quay.rows() == ["c1|15.25", "c2|20.50"])

        let second = try await quay.load()
        #expect(second.counts("spend") == RowCounts(read: 2, loaded: 0, deduplicated: 2))
        #expect(second.counts(Quay.delivery) == RowCounts())

        try quay.dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount\ns1,2024-01-05,c1,11.00\n"
        )
        let third = try await quay.load()
        #expect(third.counts("spend") == RowCounts(read: 1, loaded: 1))
        #expect(
            try await quay.dock.row(
                "select rows_replaced from longshore.task where load_id = \(third.id) and kind = 'export'"
            ) == "1"
        )
        #expect(try await quay.rows() == ["c1|11.00"])
        #expect(try await quay.effects() == ["c1|put|delivered", "c2|delete|delivered"])
        #expect(
            try await quay.dock.row(
                "select body::jsonb from longshore.effect where kind = 'delete'"
            ) == #"{"customer_id": "c2"}"#
        )

        try quay.dock.write("sales_2024-01.csv", Shop.january)
        #expect(try await quay.load().failures == [])
        #expect(try await quay.rows() == ["c1|15.25", "c2|20.50"])
    }

    @Test("keep what is no row any more, unless it shall be deleted")
    func kept() async throws {
        let quay = try await Quay("missing: keep")
        #expect(try await quay.load().failures == [])
        try quay.dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount\ns1,2024-01-05,c1,11.00\n"
        )
        #expect(try await quay.load().failures == [])
        #expect(try await quay.rows() == ["c1|11.00", "c2|20.50"])
    }

    @Test("a row that the target refuses is dead, with the reason, and the others are delivered")
    func dead() async throws {
        let quay = try await Quay()
        try quay.dock.write(
            "sales_2024-01.csv",
            Shop.january + "s9,2024-01-09,c2,5000.00\n"
        )
        let load = try await quay.load()
        #expect(load.failures == [])
        #expect(try await quay.rows() == ["c1|15.25"])
        #expect(try await quay.effects() == ["c1|put|delivered", "c2|put|dead"])
        let warnings = try await quay.dock.row(
            "select warnings::text from longshore.task where load_id = \(load.id) and kind = 'delivery'"
        )
        #expect(warnings.contains("1 effect will not be delivered"))
        var filter = EffectFilter(pipeline: "shop")
        filter.states = [.dead]
        let report = try #require(
            try await quay.dock.ledger.effects.reports(filter, limit: 9).first
        )
        #expect(report.key == "c2" && report.failure?.contains("[export.postgres.23514]") == true)
        let figures = try await quay.dock.ledger.fleet.figures()
        #expect(figures.deadEffects.map(\.value) == [1])
        #expect(figures.pendingEffects.map(\.value) == [0])

        // Somebody mends the table and lets it be delivered.
        try await quay.dock.connection.script(
            "alter table app.spend drop constraint spend_spend_check"
        )
        let retry = try await quay.dock.ledger.effects.retry(filter)
        #expect(retry.effects == 1 && retry.loads == [load.id])
        guard case .loaded = await quay.deliverAgain(load) else {
            Issue.record("it is delivered")
            return
        }
        #expect(try await quay.rows() == ["c1|15.25", "c2|5020.50"])
    }

    @Test("what is dropped is not delivered until its row changes")
    func dropped() async throws {
        let quay = try await Quay()
        let load = try await quay.compute()
        #expect(load.failures == [])
        var filter = EffectFilter(pipeline: "shop")
        (filter.export, filter.key) = ("spend", "c1")
        #expect(try await quay.dock.ledger.effects.drop(filter, by: "ana") == 1)
        #expect(await quay.deliverAgain(load).failure == nil)
        #expect(try await quay.rows() == ["c2|20.50"])
        #expect(try await quay.effects() == ["c1|put|dropped", "c2|put|delivered"])
        try quay.dock.write("sales_2024-01.csv", Shop.january + "s9,2024-01-09,c1,1.00\n")
        #expect(try await quay.load().failures == [])
        #expect(try await quay.rows() == ["c1|16.25", "c2|20.50"])
    }

    @Test("rows without a key of their own are refused, and nothing of them is written")
    func unusable() async throws {
        let quay = try await Quay(
            sql:
                "select 'x' as customer_id, amount as spend from fact_sale union all select null, 1"
        )
        let failure = try #require(try await quay.load().failure("spend"))
        #expect(failure.code == "warehouse.export_rows")
        #expect(failure.message.contains("rows have a null in the key (customer_id)"))
        #expect(failure.message.contains("several rows have the same key (customer_id)"))
        #expect(try await quay.effects() == [])
    }

    @Test("an empty text in a key is no name: nothing is asked of the address of all rows")
    func emptyKey() async throws {
        let server = try WebServer { _, connection in connection.answer(204) }
        let quay = try await Quay(
            to: "{ http: \"${API}/{customer_id}\", private: true }",
            sql: "select '' as customer_id, 1 as spend from fact_sale limit 1",
            variables: ["API": server.url]
        )
        let failure = try #require(try await quay.load().failure("spend"))
        #expect(failure.code == "warehouse.export_rows")
        #expect(failure.message.contains("rows have an empty text in the key (customer_id)"))
        #expect(server.requests.isEmpty)
        let table = try await Quay(
            sql: "select '' as customer_id, 1 as spend from fact_sale limit 1"
        )
        #expect(try await table.load().failures == [])
        #expect(try await table.rows() == ["|1"])
    }

    @Test("after its key has other columns an export takes nothing away by the ones it had")
    func otherKey() async throws {
        let server = try WebServer { _, connection in connection.answer(204) }
        var quay = try await Quay(
            to: "{ http: \"${API}/{customer_id}\", private: true }",
            variables: ["API": server.url]
        )
        #expect(try await quay.load().failures == [])
        #expect(Set(server.requests.map(\.target)) == ["/c1", "/c2"])
        try quay.dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount\ns1,2024-01-05,c1,11.00\n"
        )
        for key in ["[customer_id, kind]", "[kind, customer_id]"] {
            quay.definition = try Quay.definition(
                "missing: delete",
                by: key,
                to: "{ http: \"${API}/{kind}/{customer_id}\", private: true }",
                sql: Quay.sql.replacing("select ", with: "select 'k' as kind, ", maxReplacements: 1)
            )
            #expect(try await quay.load().failures == [])
            #expect(
                server.requests.dropFirst(2).map { "\($0.method) \($0.target)" } == ["PUT /k/c1"]
            )
            #expect(try await quay.effects() == [#"["c1","k"]|put|delivered"#])
        }
        // Nor is anything delivered by an older definition, whose address has not all of the key.
        _ = try await quay.dock.ledger.effects.retry(EffectFilter(pipeline: "shop"))
        let table = EffectTable(quay.dock.connection)
        let export = ExportKey(schema: quay.definition.pipeline.schema, name: "spend")
        #expect(try await table.claim(export, by: ["customer_id"]) == [])
        #expect(try await table.claim(export, by: ["customer_id", "kind"]).count == 1)
    }

    @Test("a row with JSON that Postgres keeps and does not read is dead, and can go")
    func unreadable() async throws {
        let note = #"'["\ud800"]'::json as note, sum("#
        let quay = try await Quay(sql: Quay.sql.replacing("sum(", with: note, maxReplacements: 1))
        #expect(try await quay.load().failures == [])
        try quay.dock.write("sales_2024-01.csv", Shop.january.replacing(",c2,", with: ",c1,"))
        #expect(try await quay.load().failures == [])
        #expect(try await quay.effects() == ["c1|put|dead", "c2|delete|delivered"])
    }

    @Test("a query without its key, or that Postgres refuses, is told before anything is loaded")
    func badQuery() async throws {
        let keyless = try await Quay(sql: "select customer_id as id from dim_customer")
        let problem = await keyless.dock.problem {
            try await keyless.dock.create(keyless.definition)
        }
        #expect(problem?.contains("it has no column `customer_id`, which `key` names") == true)
        let wrong = try await Quay(sql: "select customer_id, nothing from dim_customer")
        let refused = await wrong.dock.problem { try await wrong.dock.create(wrong.definition) }
        #expect(refused?.contains("Postgres refuses the query of the export `spend`") == true)
    }

    @Test("a target that is busy is asked again when it wants to be, and the task waits for it")
    func throttled() async throws {
        let isBusy = Atomic(true)
        let server = try WebServer { _, connection in
            let status = isBusy.load(ordering: .relaxed) ? 429 : 204
            connection.answer(status, [("Retry-After", "60")])
        }
        let quay = try await Quay(
            "missing: keep",
            to: "{ http: \"${API}/{customer_id}\", private: true }",
            variables: ["API": server.url]
        )
        let load = try await quay.load()
        let failure = try #require(load.failure(Quay.delivery))
        #expect(failure.code == "export.waits" && failure.isRetryable)
        #expect(failure.absence?.kind == .database)
        #expect(failure.message.contains("2 effects of `spend` are not delivered yet"))
        #expect(failure.message.contains("[export.status_429]"))
        #expect(
            try await quay.dock.rows(
                "select retry_at > now() + interval '50 seconds' from longshore.effect"
            ) == ["t", "t"]
        )
        isBusy.store(false, ordering: .relaxed)
        // Nobody asks before the time is over.
        let count = server.requests.count
        #expect(await quay.deliverAgain(load).failure?.code == "export.waits")
        #expect(server.requests.count == count)
        try await quay.dock.connection.query("update longshore.effect set retry_at = null")
        #expect(await quay.deliverAgain(load).failure == nil)
        let keys = server.requests.compactMap { $0["Idempotency-Key"] }
        #expect(Set(keys).count == 2)
        #expect(try await quay.effects() == ["c1|put|delivered", "c2|put|delivered"])
    }

    @Test("the ledger knows how exports stand")
    func standings() async throws {
        let quay = try await Quay()
        _ = try await quay.load()
        let desk = quay.dock.ledger.effects
        #expect(try await desk.unfinished() == [])
        let standing = try #require(try await desk.standings(ofPipeline: "shop").first)
        #expect(standing.export == "spend" && standing.delivered == 2 && standing.open == 0)
        var filter = EffectFilter(pipeline: "shop")
        (filter.export, filter.key) = ("spend", "c1")
        let effect = try #require(try await desk.effect(filter))
        #expect(effect.body == "{\"customer_id\":\"c1\",\"spend\":15.25}")
        #expect(effect.report.deliveredRevision == effect.report.revision)
    }
}
