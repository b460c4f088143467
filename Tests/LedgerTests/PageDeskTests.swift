import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("What the console's pages ask the ledger", .serialized)
struct PageDeskTests {
    private func loaded() async throws -> (Dock, DockedLoad) {
        let dock = try await Dock(Shop.files)
        return (dock, try await dock.load(Shop.definition(), periods: "2024-01..2024-02"))
    }

    @Test("a load by its tables: tasks by where they stand, rows, and what each needs")
    func anatomy() async throws {
        let (dock, load) = try await loaded()
        let newer = try await dock.create(Shop.definition(), periods: "2024-01..2024-02")
        var done = try await dock.ledger.loads.anatomy(ofLoad: load.id)
        #expect(done.tables.map(\.id) == ["dimension customer", "fact sale"])
        #expect(done.tables.map(\.tasks) == [[.done: 1], [.done: 2]])
        #expect(done.tables.map(\.read) == [2, 4])
        #expect(!done.isOpen)
        #expect(Set(done.spans.map(\.end)) == [.done])
        #expect(done.spans.allSatisfy { ($0.finish ?? 0) >= ($0.start ?? 1) })
        let graph = try #require(try await dock.ledger.coordination.load(load.id)).graph()
        done.addNeeds(graph)
        #expect(done.tables.map(\.needs) == [[], ["dimension customer"]])
        var open = try await dock.ledger.loads.anatomy(ofLoad: newer.id)
        #expect(open.tables.map(\.tasks) == [[.waiting: 1], [.waiting: 2]])
        #expect(open.tables.allSatisfy { $0.pace == nil })
        try await dock.ledger.loads.addEarlierPace(to: &open, ofLoad: newer.id)
        #expect(open.tables.allSatisfy { $0.earlierPace != nil })
    }

    @Test("tasks are listed page by page, and those that wait say what for")
    func lines() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition(), periods: "2024-01..2024-02")
        let desk = dock.ledger.tasks
        var first = try await desk.lines(ofLoad: load.id, limit: 2)
        #expect(first.map(\.ordinal) == [0, 1])
        #expect(first.map(\.stage) == [.waiting, .waiting])
        let graph = try #require(try await dock.ledger.coordination.load(load.id)).graph()
        try await desk.addNeeds(to: &first, ofLoad: load.id, graph)
        #expect(first[0].need == nil)
        #expect(first[1].need?.label == "dimension customer")
        #expect(first[1].need?.stage == .waiting)
        #expect(try await desk.lines(ofLoad: load.id, after: 1, limit: 2).map(\.ordinal) == [2])
        #expect(try await desk.lines(ofLoad: load.id, in: [.done], limit: 2).isEmpty)
        #expect(try await desk.lastUnsatisfied(ofLoad: load.id) == 2)
        try await dock.connection.script(
            """
            update longshore.task set state = 'published', published_at = now(),
                retry_at = now() + interval '1 minute' where ordinal = 1;
            update longshore.task set state = 'published', published_at = now(), begun_at = now()
                where ordinal = 2
            """
        )
        let stages = try await desk.lines(ofLoad: load.id, limit: 9).map(\.stage)
        #expect(stages == [.waiting, .retrying, .running])
        #expect(
            try await desk.lines(ofLoad: load.id, in: [.retrying], limit: 9).map(\.ordinal) == [1]
        )
    }

    @Test("loads are listed before a number, of one pipeline or of all")
    func loads() async throws {
        let (dock, load) = try await loaded()
        let newer = try await dock.create(Shop.definition())
        let desk = dock.ledger.loads
        #expect(try await desk.page(limit: 1).map(\.load) == [newer.id])
        #expect(try await desk.page(before: newer.id, limit: 9).map(\.load) == [load.id])
        #expect(try await desk.page(ofPipeline: "other", limit: 9).isEmpty)
    }

    @Test("tables: columns, rows by period, what loads did")
    func tables() async throws {
        let (dock, load) = try await loaded()
        let all = try await dock.ledger.tables.summaries()
        #expect(all.map(\.table) == ["dim_customer", "fact_sale"])
        #expect(all.map(\.isByPeriod) == [false, true])
        #expect(all.map(\.rows) == [2, 4])
        #expect(all[1].periods == [.loaded: 2])
        #expect(all[1].newest == "2024-02")
        #expect(try await dock.ledger.tables.summaries(ofPipeline: "other").isEmpty)
        let fact = try #require(try await dock.ledger.tables.report("fact_sale", in: all[1].schema))
        #expect(fact.columns.map(\.name).contains("amount"))
        #expect(fact.volume.map(\.period) == ["2024-01", "2024-02"])
        #expect(fact.volume.map(\.rows) == [3, 1])
        #expect(Set(fact.history.map(\.load)) == [load.id])
        #expect(try await dock.ledger.tables.report("fact_none", in: all[1].schema) == nil)
    }

    @Test("all periods as stretches that stand alike, the worst of what is too many")
    func strips() async throws {
        let (dock, _) = try await loaded()
        let strips = try await dock.ledger.grid.strips()
        let sale = try #require(strips.tables.first)
        #expect((strips.first, strips.beyond) == ("2024-01-01", "2024-03-01"))
        #expect(sale.stretches.map(\.standing) == [.loaded])
        #expect(sale.stretches.map(\.periods) == [2])
        #expect(sale.stretches.map(\.end) == [1_000])
        try await dock.connection.script(
            """
            insert into longshore.control (schema_name, table_name, period, pipeline, kind, name,
                    period_start, period_end, state)
                select schema_name, table_name, 'x' || n, pipeline, kind, name, date '2024-03-01' + n,
                    date '2024-03-02' + n, case when n % 100 = 0 then 'stale' else 'loaded' end
                from longshore.control, generate_series(0, 9999) n where period = '2024-01'
            """
        )
        let many = try await dock.ledger.grid.strips().tables[0].stretches
        #expect(many.reduce(0) { $0 + $1.periods } == 10_002)
        #expect(many.count <= 400)
        #expect(many.contains { $0.standing == .stale })
    }

    @Test("open rejects by table, rule and column; who may not see rows is not told why")
    func rejects() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write(
            "sales_2024-01.csv",
            Shop.january + "s5,2024-01-07,c1,abc\ns6,2024-01-08,c2,def\n"
        )
        let load = try await dock.load(Shop.definition(), periods: "2024-01")
        #expect(load.outcomes.count == 2)
        let desk = dock.ledger.rejects
        let groups = try await desk.groups(RejectFilter())
        #expect(groups.map(\.rejects) == [2])
        #expect(groups.first?.column == "amount")
        #expect(try await desk.openCount() == 2)
        #expect(try await desk.sources(RejectFilter()).map(\.rejects) == [2])
        let quoted = try await desk.lines(RejectFilter(), after: 0, limit: 1, quoting: true)
        #expect(quoted.count == 1)
        #expect(quoted[0].reason?.isEmpty == false)
        let bare = try await desk.lines(
            RejectFilter(),
            after: quoted[0].reject,
            limit: 9,
            quoting: false
        )
        #expect(bare.map(\.reason) == [nil])
        var other = RejectFilter()
        other.pipeline = "other"
        #expect(try await desk.groups(other).isEmpty)
    }

    @Test("plans keep their effects, also when they are made again without")
    func plans() async throws {
        let dock = try await Dock(Shop.files)
        let (request, _) = try dock.request(Shop.definition())
        let fingerprint = PlanFingerprint([PlanFingerprint.Part(.file, "sales.csv", "1")])
        let desk = dock.ledger.plans
        try await desk.remember(fingerprint, of: request, effects: #"{"a": 1}"#)
        try await desk.remember(fingerprint, of: request)
        let newest = try await desk.newest(limit: 9)
        #expect(newest.map(\.digest) == [fingerprint.digest])
        #expect(newest.map(\.hasEffects) == [true])
        let record = try #require(try await desk.record(fingerprint.shortDigest))
        #expect(record.effects == #"{"a": 1}"#)
        #expect(record.fingerprint == fingerprint)
        #expect(try await desk.record("00000000") == nil)
        #expect(try await desk.record("") == nil)
    }

    @Test("what needs somebody names its periods")
    func needs() async throws {
        let (dock, _) = try await loaded()
        try await dock.connection.script(
            "update longshore.control set state = 'stale', reason = 'x' where period <> ''"
        )
        let needs = try await dock.ledger.grid.needs()
        #expect(needs.map(\.labels) == [["2024-01", "2024-02"]])
    }
}
