import Ledger
import Loading
import Loopback
import Pipelines
import Planning
import Postgres
import Synchronization
import TestSupport
import Testing
import WarehouseTestSupport

/// Deliveries whose worker dies or freezes, loses a session, or is overtaken by another.
@Suite("Exports that are disturbed", .serialized)
struct DisturbedExportTests {
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
}
