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

/// A shop whose customers' spending is exported into a table of the same database.
private struct Quay {
    let dock: Dock
    let loader: WarehouseLoader
    var definition: Definition
    private let environment: SourceEnvironment

    static let sql = """
        select customer_id, sum(amount) as spend from fact_sale join dim_customer using (customer_key)
        group by customer_id
        """
    static let table = "{ source: app, table: app.spend }"

    init(
        _ options: String = "missing: delete",
        to target: String = Quay.table,
        sql: String = Quay.sql,
        variables: [String: String] = [:]
    ) async throws {
        dock = try await Dock(Shop.files)
        let known = variables.merging(["APP_URL": dock.url]) { given, _ in given }
        environment = SourceEnvironment { known[$0] }
        loader = WarehouseLoader(dock.configuration, environment: environment)
        definition = try Self.definition(options, to: target, sql: sql)
        try await dock.connection.script(
            """
            create schema app;
            create table app.spend (customer_id text primary key, spend numeric check (spend < 1000));
            create table app.longshore_delivered (export text, key text, revision bigint not null, row_key text,
                primary key (export, key), unique (export, row_key));
            """
        )
    }

    static func definition(
        _ options: String,
        by key: String = "customer_id",
        to target: String,
        sql: String
    ) throws -> Definition {
        try Shop.definition(
            others: """
                exports:
                  spend: { sql: spend.sql, key: \(key), to: \(target), \(options) }
                """,
            sources: "app: { postgres: \"${APP_URL}\" }",
            marts: ["spend.sql": sql]
        )
    }

    /// Creates a load and performs its tasks in the plan's order.
    func load(
        by other: WarehouseLoader? = nil,
        observer: any StepObserver = NoObserver()
    ) async throws -> DockedLoad {
        var load = try await dock.create(definition)
        for (ordinal, task) in load.tasks.enumerated() {
            load.outcomes[task.title] = await dock.perform(
                LoadTaskID(load: load.id, ordinal: ordinal),
                by: other ?? loader,
                observer: task.kind == .delivery ? observer : NoObserver()
            )
        }
        return load
    }

    /// Creates a load and performs all of it but the delivery.
    func compute() async throws -> DockedLoad {
        var load = try await dock.create(definition)
        for (ordinal, task) in load.tasks.enumerated() where task.kind != .delivery {
            load.outcomes[task.title] = await dock.perform(
                LoadTaskID(load: load.id, ordinal: ordinal),
                by: loader
            )
        }
        return load
    }

    /// Performs the delivery of a load once more.
    func deliverAgain(_ load: DockedLoad) async -> TaskOutcome {
        await dock.perform(load.task(Self.delivery), by: loader)
    }

    static let delivery = "delivery of spend"

    func rows() async throws -> [String] {
        try await dock.rows("select customer_id, spend from app.spend order by 1")
    }

    func effects() async throws -> [String] {
        try await dock.rows("select key, kind, state from longshore.effect order by key")
    }

    /// Another slot, as of another process.
    func other() -> WarehouseLoader {
        WarehouseLoader(dock.configuration, environment: environment)
    }

    /// Ends sessions of the database, as when their process dies or the server has given it up.
    func endSessions(_ condition: SQL = "true") async throws {
        try await dock.connection.query(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and (\(condition))
            """
        )
    }
}

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

    @Test(
        "a deliverer that dies leaves what the next one delivers, once",
        arguments: [Step.begun, .extracting, .opened, .copying, .copied]
    )
    func killed(_ step: Step) async throws {
        let quay = try await Quay()
        let death = At(step) { try await quay.endSessions() }
        let load = try await quay.load(observer: death)
        #expect(load.failure(Quay.delivery)?.isRetryable == true)
        #expect(await quay.deliverAgain(load).failure == nil)
        #expect(try await quay.rows() == ["c1|15.25", "c2|20.50"])
        #expect(try await quay.effects() == ["c1|put|delivered", "c2|put|delivered"])
    }

    @Test(
        "a deliverer that was frozen, and has lost its task, overwrites nothing newer",
        arguments: [(Step.extracting, false), (.copying, false), (.copying, true)]
    )
    func frozen(_ step: Step, losesAll: Bool) async throws {
        let quay = try await Quay()
        let others = quay.other()
        let newer = Mutex<[String]>([])
        let sleep = At(step) {
            // The server gives up the session that holds the task, or that of the marks, too; another load comes.
            try await quay.endSessions(
                """
                application_name like 'longshore %.% test'
                or \(losesAll) and query like '%update longshore.effect%'
                """
            )
            try quay.dock.write("sales_2024-01.csv", Shop.january + "s9,2024-01-09,c1,1.00\n")
            let load = try await quay.load(by: others)
            newer.withLock { $0 = load.failures }
        }
        let load = try await quay.load(observer: sleep)
        #expect(newer.withLock { $0 } == [])
        #expect(load.counts(Quay.delivery) == nil)
        #expect(try await quay.rows() == ["c1|16.25", "c2|20.50"])
        // What was sent late may have taken the place of something newer: it is delivered once more.
        let effects = try await quay.effects()
        #expect(
            effects == ["c1|put|\(step == .copying ? "open" : "delivered")", "c2|put|delivered"]
        )
        #expect(try await quay.load().failures == [])
        #expect(try await quay.rows() == ["c1|16.25", "c2|20.50"])
        #expect(try await quay.effects() == ["c1|put|delivered", "c2|put|delivered"])
    }

    @Test("who loses the session of the marks makes the last one in another, and ends there")
    func lostMarks() async throws {
        let quay = try await Quay()
        let loss = At(.copying) {
            try await quay.endSessions("query like '%update longshore.effect%'")
        }
        let load = try await quay.load(observer: loss)
        #expect(load.failure(Quay.delivery)?.isRetryable == true)
        #expect(try await quay.rows().count == 1)
        #expect(
            try await quay.dock.rows("select state from longshore.effect order by state")
                == ["delivered", "open"]
        )
        #expect(await quay.deliverAgain(load).failure == nil)
        #expect(try await quay.rows() == ["c1|15.25", "c2|20.50"])
    }

    @Test(
        "a row whose answer a frozen deliverer has lost may have come late: it is delivered again"
    )
    func lostAnswer() async throws {
        let isCut = Atomic(true)
        let server = try WebServer { _, connection in
            isCut.load(ordering: .relaxed) ? connection.cut() : connection.answer(204)
        }
        let quay = try await Quay(
            "missing: keep",
            to: "{ http: \"${API}/{customer_id}\", private: true }",
            variables: ["API": server.url]
        )
        let others = quay.other()
        let newer = Mutex<[String]?>(nil)
        let sleep = At(.copying) {
            isCut.store(false, ordering: .relaxed)
            try await quay.endSessions("application_name like 'longshore %.% test'")
            try quay.dock.write("sales_2024-01.csv", Shop.january + "s9,2024-01-09,c1,1.00\n")
            let load = try await quay.load(by: others)
            newer.withLock { $0 = load.failures }
        }
        _ = try await quay.load(observer: sleep)
        #expect(newer.withLock { $0 } == [])
        #expect(try await quay.effects() == ["c1|put|open", "c2|put|delivered"])
        let before = server.requests.compactMap { $0["Longshore-Revision"].flatMap { Int64($0) } }
        #expect(try await quay.load().failures == [])
        #expect(try await quay.effects() == ["c1|put|delivered", "c2|put|delivered"])
        let last = try #require(server.requests.last)
        #expect(last.target == "/c1")
        let revision = try #require(last["Longshore-Revision"].flatMap { Int64($0) })
        #expect(before.allSatisfy { $0 < revision })
    }

    @Test("what goes is taken before what comes, however old each is")
    func goingFirst() async throws {
        let quay = try await Quay()
        _ = try await quay.load()
        let (table, load) = (EffectTable(quay.dock.connection), try await quay.compute())
        let export = ExportKey(schema: quay.definition.pipeline.schema, name: "spend")
        // As when `1` has become `01`: one key is put, and another one's row goes.
        try await quay.dock.connection.query(
            """
            update longshore.effect set state = 'open', load_id = \(load.id),
                kind = case key when 'c1' then 'delete' else 'put' end,
                changed_at = clock_timestamp() - case key when 'c1' then interval '0' else interval '1 hour' end
            """
        )
        #expect(
            try await table.claim(export, by: ["customer_id"]).map(\.kind) == [.delete, .put]
        )
    }

    @Test("what another has sent and not yet marked is sent again when an older one came late")
    func unmarked() async throws {
        let quay = try await Quay()
        let load = try await quay.compute()
        let table = EffectTable(quay.dock.connection)
        let export = ExportKey(schema: quay.definition.pipeline.schema, name: "spend")
        let late = try #require(
            try await table.claim(export, by: ["customer_id"]).first { $0.key == "c1" }
        )
        let next = try #require(
            try await table.claim(export, by: ["customer_id"]).first { $0.key == "c1" }
        )
        #expect(try await table.mark(late, .delivered, by: load.id) == false)
        #expect(try await table.mark(next, .delivered, by: load.id))
        #expect(try await quay.effects() == ["c1|put|open", "c2|put|open"])
        let again = try #require(
            try await table.claim(export, by: ["customer_id"]).first { $0.key == "c1" }
        )
        #expect(again.revision > next.revision)
    }

    @Test("why an overtaken row was not taken is not said of the one that is to be there")
    func overtaken() async throws {
        let quay = try await Quay()
        let load = try await quay.compute()
        let table = EffectTable(quay.dock.connection)
        let export = ExportKey(schema: quay.definition.pipeline.schema, name: "spend")
        let old = try #require(
            try await table.claim(export, by: ["customer_id"]).first { $0.key == "c1" }
        )
        try await quay.dock.connection.query(
            "update longshore.effect set revision = revision + 1"
        )
        let reason = EffectFailure(code: "export.status_422", message: "no")
        #expect(try await table.mark(old, .refused(reason), by: load.id))
        let filter = EffectFilter(pipeline: "shop")
        let report = try await quay.dock.ledger.effects.reports(filter, limit: 1).first
        #expect(report?.key == "c1" && report?.state == .open && report?.failure == nil)
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
