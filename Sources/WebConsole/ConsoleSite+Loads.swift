import Diagnosis
import Ledger
import Listening
import Pages
import Planning

extension Route {
    static let loads = [
        Route(
            "/loads",
            "Loads, the newest first",
            tab: .loads,
            parameters: [
                RouteParameter("pipeline", "Of this pipeline"),
                RouteParameter("before", "Only those before this number", .number(atLeast: 1)),
            ],
            page: { site, call in
                LoadsPage(
                    loads: try await site.desks.loads.page(
                        before: call.number("before").map(Int64.init) ?? .max,
                        ofPipeline: call.value("pipeline"),
                        limit: LoadsPage.mostLoads + 1
                    ),
                    pipeline: call.value("pipeline")
                )
            }
        ),
        Route(
            "/loads/{load}",
            "A load: its tables, its time, and its tasks",
            tab: .loads,
            parameters: listed,
            page: { try await $0.load($1) }
        ),
        Route(
            "/loads/{load}/events",
            "What changes of a load's page, as server-sent events",
            tab: .loads,
            audience: .browsers,
            parameters: listed,
            answer: { site, call in
                try await site.events(for: call.visit) { try await site.load(call) }
            }
        ),
        Route(
            "/loads/{load}/tasks/{task}",
            "A load task, and why it stands where it stands",
            tab: .loads,
            page: { try await $0.task($1) }
        ),
    ]

    private static let listed = [
        RouteParameter.choice("tasks", "Which tasks are listed", of: LoadPage.Choice.self),
        RouteParameter("after", "Only tasks behind this place in the plan", .number(atLeast: 0)),
    ]
}

extension ConsoleSite {
    fileprivate func load(_ call: RouteCall) async throws -> LoadPage? {
        guard let load = call.placedNumber("load"),
            let report = try await desks.loads.report(ofLoad: load)
        else { return nil }
        var reports = [report]
        // A login that may not see these times is told the rest all the same.
        try? await desks.loads.addUnbegun(to: &reports)
        let (anatomy, graph) = try await anatomy(of: report)
        let usual: LoadPage.Choice = anatomy.isOpen || report.state == .failed ? .open : .all
        let choice = call.choice("tasks") ?? usual
        let after = call.number("after")
        var tasks = try await desks.tasks.lines(
            ofLoad: load,
            in: choice.stages,
            after: after ?? -1,
            limit: LoadPage.mostTasks + 1
        )
        if let graph { try await desks.tasks.addNeeds(to: &tasks, ofLoad: load, graph) }
        return LoadPage(
            load: reports[0],
            anatomy: anatomy,
            choice: choice,
            after: after,
            tasks: tasks,
            why: await reason(of: report)
        )
    }

    /// The load by its tables and its time, with what its definition, its workers and the loads before tell of it.
    private func anatomy(
        of load: LoadReport
    ) async throws -> (anatomy: LoadAnatomy, graph: PlanGraph?) {
        var anatomy = try await desks.loads.anatomy(ofLoad: load.load)
        let graph = try await knowledge.graph(ofLoad: load.load) {
            do {
                return try await desks.coordination.load(load.load)?.graph()
            } catch is UnreadableDefinition {
                return nil
            }
        }
        if let graph { anatomy.addNeeds(graph) }
        guard load.state == .running else { return (anatomy, graph) }
        try await desks.loads.addEarlierPace(to: &anatomy, ofLoad: load.load)
        if let servers {
            anatomy.add(await servers.progress(load.load))
            anatomy.add(await servers.workers(), of: load.load)
        }
        return (anatomy, graph)
    }

    /// Why the last of its tasks is not done; `nil` where nothing is left, or nobody can say it.
    private func reason(of load: LoadReport) async -> WhyReport? {
        guard load.state == .running || load.state == .failed, let servers else { return nil }
        return await knowledge.reason(ofLoad: load.load) {
            guard let last = try? await desks.tasks.lastUnsatisfied(ofLoad: load.load) else {
                return nil
            }
            return try? await servers.why(LoadTaskID(load: load.load, ordinal: last))
        }
    }

    fileprivate func task(_ call: RouteCall) async throws -> TaskPage? {
        guard let load = call.placedNumber("load"), let ordinal = Int(call.place("task")),
            let report = try await desks.loads.report(ofLoad: load)
        else { return nil }
        let id = LoadTaskID(load: load, ordinal: ordinal)
        guard let task = try await desks.tasks.line(of: id) else { return nil }
        let reading = task.stage == .running ? await servers?.progress(load)[ordinal] : nil
        return TaskPage(
            load: report,
            task: task,
            why: try? await servers?.why(id),
            attempts: try await desks.tasks.attempts(at: id),
            reading: reading
        )
    }
}

extension LoadAnatomy {
    /// Adds how far the tasks are that run; what others have told stays in Redis for a while.
    fileprivate mutating func add(_ told: [Int: InFlightProgress]) {
        let running = Set(spans.filter { $0.end == .running }.map(\.task))
        readings = told.filter { running.contains($0.key) }
        progress = readings.mapValues(\.rows)
    }

    /// Adds who runs the tasks that run.
    fileprivate mutating func add(_ workers: [WorkerPresence], of load: Int64) {
        var runners: [Int: String] = [:]
        for worker in workers {
            for task in worker.running where task.load == load {
                runners[task.ordinal] = worker.name
            }
        }
        for index in spans.indices where spans[index].end == .running {
            spans[index].worker = runners[spans[index].task]
        }
    }
}
