import Diagnosis
import Planning
import Synchronization

/// What is known of loads for a while, so that each page does not find it out again.
final class LoadKnowledge: Sendable {
    private struct State {
        var graphs: [(load: Int64, graph: PlanGraph)] = []
        var reasons: [Int64: (report: WhyReport?, until: ContinuousClock.Instant)] = [:]
    }

    private let state = Mutex(State())

    /// The most plans that are kept: one of ten thousand tasks takes about a megabyte.
    private static let mostGraphs = 8
    /// How long somebody's word of why a load is not done is worth something.
    private static let worth = Duration.seconds(5)

    /// The plan of a load, which never changes; `nil` where `find` has none.
    func graph(
        ofLoad load: Int64,
        orElse find: () async throws -> PlanGraph?
    ) async throws -> PlanGraph? {
        if let known = state.withLock({ $0.graphs.first { $0.load == load } }) {
            return known.graph
        }
        guard let graph = try await find() else { return nil }
        state.withLock { state in
            state.graphs.removeAll { $0.load == load }
            state.graphs.append((load, graph))
            if state.graphs.count > Self.mostGraphs { state.graphs.removeFirst() }
        }
        return graph
    }

    /// Why a load is not done, as `find` has said it in the last seconds.
    func reason(
        ofLoad load: Int64,
        orElse find: () async -> WhyReport?
    ) async -> WhyReport? {
        if let known = state.withLock({ $0.reasons[load] }), known.until > .now {
            return known.report
        }
        let report = await find()
        state.withLock { state in
            state.reasons = state.reasons.filter { $0.value.until > .now }
            state.reasons[load] = (report, .now + Self.worth)
        }
        return report
    }
}
