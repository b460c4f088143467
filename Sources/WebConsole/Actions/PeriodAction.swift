import Console
import Ledger
import Markup
import Pages
import Pipelines
import Planning
import StarSchema
import Words

/// Loading periods of a pipeline again, closing them, and opening them.
struct PeriodAction: ConsoleAction {
    static let names = Verb.allCases.map(\.rawValue)

    private enum Verb: String, CaseIterable {
        case load
        case close
        case reopen
    }

    private let verb: Verb
    private let pipeline: String
    private let periods: String

    init(_ name: String, _ fields: ActionFields) throws {
        guard let verb = Verb(rawValue: name) else { throw ActionProblem.unknown(name) }
        self.verb = verb
        pipeline = try fields.required("pipeline")
        periods = try fields.required("periods")
    }

    var reason: ConfirmationPage.Reason { verb == .close ? .required : .none }

    func preview(_ ledger: LedgerDesks) async throws -> ActionPreview {
        let request = try await request(ledger, by: "")
        let labels = request.periods.map(\.label)
        let (name, chosen) = (Invocation.quoted(pipeline), Invocation.quoted(periods))
        let command =
            switch verb {
            case .load: "longshore load \(name) --periods \(chosen)"
            case .close: "longshore periods close \(name) \(chosen) --reason …"
            case .reopen: "longshore periods reopen \(name) \(chosen)"
            }
        return ActionPreview(
            title: "\(title) \(labels.listed(atMost: 12)) of \(pipeline)",
            tab: .periods,
            effects: try await effects(of: request, ledger),
            standing: try await ledger.actions.words(of: standing(of: request)),
            command: command
        )
    }

    private var title: String {
        switch verb {
        case .load: "Load"
        case .close: "Close"
        case .reopen: "Reopen"
        }
    }

    private func standing(of request: LoadRequest) -> ActionStanding {
        verb == .load ? request.standing : .of(request.periods.map(\.label), of: request.pipeline)
    }

    private func effects(of request: LoadRequest, _ ledger: LedgerDesks) async throws -> [String] {
        switch verb {
        case .close:
            [
                "No load touches these periods of its facts and marts until they are opened again.",
                "A load that names one of them is refused with your reason.",
            ]
        case .reopen: ["Each is again what it was before it was closed, and may be loaded."]
        case .load: try await loadEffects(of: request, ledger)
        }
    }

    private func loadEffects(
        of request: LoadRequest,
        _ ledger: LedgerDesks
    ) async throws -> [String] {
        let tasks = try PlanGraph(request.pipeline, periods: request.periods).tasks
        let kinds = LoadTaskKind.allCases
            .map { kind in (kind, tasks.count { $0.kind == kind }) }
            .filter { $0.1 > 0 }
            .map { kind, count in "\(count) of \(kind.rawValue)s" }
        let marts = Set(tasks.filter { $0.kind == .mart }.map(\.name)).sorted()
        let rows = try await ledger.actions.loadedRows(
            of: request.periods.map(\.label),
            of: request.pipeline
        )
        let replaced =
            rows == 0
            ? "No row is replaced: these periods have none."
            : "\(grouped(rows)) rows of earlier loads are replaced by those of the sources now."
        let computed = marts.isEmpty ? [] : ["Computed anew: \(marts.listed(atMost: 12))."]
        return [
            "A load of \(counted(tasks.count, "task")) is written: \(kinds.joined(separator: ", ")).",
            "It has the definition of the newest load of \(pipeline); a coordinator takes it up.",
            replaced,
        ] + computed
    }

    func perform(
        _ ledger: LedgerDesks,
        by person: String,
        reason: String?
    ) async throws -> Link {
        let request = try await request(ledger, by: person)
        let (periods, definition) = (request.periods, request.pipeline)
        switch verb {
        case .close:
            try refuseNothing(
                try await ledger.periods.close(
                    periods,
                    of: definition,
                    reason: reason,
                    by: person
                )
            )
        case .reopen:
            try refuseNothing(try await ledger.periods.reopen(periods, of: definition))
        case .load:
            let tasks = try PlanGraph(definition, periods: periods).tasks
            let load = try await ledger.requests.create(request, tasks: tasks)
            return Link("loads", String(load))
        }
        return Link().with("pipeline", pipeline)
    }

    private func refuseNothing(_ changes: [PeriodChange]) throws {
        guard changes.isEmpty else { return }
        let words = verb == .close ? "They are closed already." : "None of them is closed."
        throw ActionProblem(status: 409, words: words)
    }

    /// A load of the periods by the newest definition that the ledger has.
    private func request(_ ledger: LedgerDesks, by person: String) async throws -> LoadRequest {
        guard
            var request = try await ledger.pipelines.newestRequest(
                ofPipeline: pipeline,
                by: person
            )
        else {
            throw ActionProblem.unknown(
                "The ledger has no load of a pipeline `\(VisibleText.line(pipeline))`."
            )
        }
        guard let rule = request.pipeline.periods else {
            throw ActionProblem.unfit("The pipeline `\(pipeline)` has no periods.")
        }
        do {
            request.periods = try PeriodSelection.parse(periods, grain: rule.grain)
        } catch {
            throw ActionProblem.unfit("\(error)")
        }
        return request
    }
}
