import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import Testing
import WarehouseTestSupport

@Suite("Definitions that an older version has loaded and this one refuses", .serialized)
struct UnreadableDefinitionTests {
    /// A load by an older version: what it was made with is refused from now on.
    private func spoil(_ dock: Dock) async throws {
        try await dock.connection.query(
            "update longshore.definition set bundle = replace(bundle, 'grain: month', 'grain: moon')"
        )
    }

    /// What was made of the definition so that it can be read.
    private func mended() throws -> Definition {
        try Shop.definition(sale: Shop.sale(missing: "infer"))
    }

    @Test("fail their own tasks for good, and those of other loads go on")
    func tasks() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition(), periods: "2024-02")
        try await spoil(dock)
        let outcome = await dock.perform(load.task("customer"))
        guard case .failed(let failure) = outcome else {
            Issue.record("it is tried again: \(outcome)")
            return
        }
        #expect(failure.code == "definition.unreadable")
        let start =
            "the definition of load \(load.id) cannot be read by this version: pipeline.yaml:2:"
        #expect(failure.message.hasPrefix(start), "\(failure.message)")
        #expect(failure.message.hasSuffix("; load the periods again"), "\(failure.message)")
        await #expect(throws: UnreadableDefinition.self) {
            try await dock.ledger.coordination.load(load.id)
        }
        #expect(try await dock.load(mended()).failures == [])
    }

    @Test("take no report and no export away; only replays of what they refused fail")
    func reports() async throws {
        var files = Shop.files
        files["sales_2024-01.csv"] = """
            sale_id;sold_on;customer_id;amount
            s1;2024-01-05;c1;1.00
            s2;2024-01-05;c9;2.00

            """
        let dock = try await Dock(files)
        let sale = Shop.sale()
            .replacing("_{period}.csv\"", with: "_{period}.csv\", delimiter: \";\"")
        #expect(try await dock.load(Shop.definition(sale: sale)).failures == [])
        try await spoil(dock)
        let rows = try await dock.ledger.rejects.rows(RejectFilter(), limit: 10)
        #expect(
            rows.map(\.format) == [.csv(CSVDialect(delimiter: UInt8(ascii: ";")))]
        )
        #expect(rows.map(\.fields?.count) == [4])
        #expect(try await dock.ledger.periods.reports(ofPipeline: "shop").count == 1)
        let (_, replay) = try await dock.replay(mended())
        #expect(replay?.failure("sale 2024-01")?.code == "definition.unreadable")
    }

    @Test("do not keep their loads from ending")
    func end() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        try await spoil(dock)
        let lease = try #require(
            try await dock.ledger.coordination.acquireLease(
                on: load.id,
                owner: "one",
                for: .seconds(60)
            )
        )
        let failure = UnreadableDefinition(load: load.id, problem: "old").taskFailure
        #expect(try await dock.ledger.coordination.fail(lease, with: failure) == .failed)
        #expect(
            try await dock.rows("select distinct state, failure_code from longshore.task")
                == ["failed|definition.unreadable"]
        )
    }
}
