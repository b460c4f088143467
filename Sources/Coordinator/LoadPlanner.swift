public import Pipelines
public import Planning

/// Makes loads: plans them and writes them to the ledger.
public struct LoadPlanner: Sendable {
    private let creator: any LoadCreator

    /// A planner that creates loads where `creator` does: in the ledger.
    public init(creator: any LoadCreator) {
        self.creator = creator
    }

    /// The plan of a load of `pipeline` over `periods`, which may come in any order and doubled.
    ///
    /// - Throws: ``PlanError`` for a definition without a plan, ``CoordinatorError`` when the plan
    ///   has no task.
    public static func plan(_ pipeline: Pipeline, periods: [Period]) throws -> PlanGraph {
        let graph = try PlanGraph(pipeline, periods: Set(periods).sorted())
        guard !graph.tasks.isEmpty else {
            throw CoordinatorError.nothingToLoad(pipeline: pipeline.name)
        }
        return graph
    }

    /// Plans a load and writes it to the ledger, where a coordinator finds it.
    ///
    /// - Returns: the load's number and plan.
    public func create(_ request: LoadRequest) async throws -> (load: Int64, graph: PlanGraph) {
        var request = request
        request.periods = Set(request.periods).sorted()
        let graph = try Self.plan(request.pipeline, periods: request.periods)
        return (try await creator.create(request, tasks: graph.tasks), graph)
    }
}
