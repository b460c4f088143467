import Loading
import Planning
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

@testable import Ledger

@Suite("What monitoring asks of the ledger", .serialized)
struct FiguresTests {
    @Test("tables that were never loaded, and whether the newest load has failed")
    func newest() async throws {
        let dock = try await Dock(Shop.files)
        let (request, graph) = try dock.request(Shop.definition())
        func end(_ state: LoadState, perform: Bool) async throws -> LedgerFigures {
            let load = try await dock.ledger.requests.create(request, tasks: graph.tasks)
            for ordinal in graph.tasks.indices where perform {
                _ = await dock.perform(LoadTaskID(load: load, ordinal: ordinal))
            }
            let lease = try #require(
                try await dock.ledger.coordination.acquireLease(
                    on: load,
                    owner: "one",
                    for: .seconds(15)
                )
            )
            _ = try await dock.ledger.coordination.finish(lease, state: state, blocked: [])
            return try await dock.ledger.fleet.figures()
        }
        let tables = Double(Set(graph.tasks.map { "\($0.kind) \($0.name)" }).count)
        let failed = try await end(.failed, perform: false)
        #expect(failed.newestFailed == [.init(subject: "shop", value: 1)])
        #expect(failed.neverLoaded == [.init(subject: "shop", value: tables)])
        #expect(failed.openRejects.allSatisfy { $0.value == 0 })
        #expect(failed.openRejects.map(\.subject).contains("shop.fact_sale"))

        let loads = failed.loads.filter { $0.value > 0 }
        #expect(loads == [.init(subject: "shop", state: .failed, value: 1)])
        #expect(failed.loads.map(\.state) == LoadState.allCases)

        let cancelled = try await end(.cancelled, perform: false)
        #expect(cancelled.newestFailed == [.init(subject: "shop", value: 1)])

        let loaded = try await end(.loaded, perform: true)
        #expect(loaded.newestFailed == [.init(subject: "shop", value: 0)])
        #expect(loaded.neverLoaded == [.init(subject: "shop", value: 0)])
    }
}
