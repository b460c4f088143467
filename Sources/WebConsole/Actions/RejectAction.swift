import Console
import Ledger
import Markup
import Pages
import Planning
import StarSchema
import Words

/// Reading open rejects again, or saying that they may stay out.
struct RejectAction: ConsoleAction {
    static let names = ["replay", "waive"]

    private let isWaiver: Bool
    private let pipeline: String
    private let filter: RejectFilter
    private let fields: ActionFields

    init(_ name: String, _ fields: ActionFields) throws {
        isWaiver = name == "waive"
        pipeline = try fields.required("pipeline")
        var filter = RejectFilter()
        filter.pipeline = pipeline
        if let written = fields["load"] {
            guard let load = Int64(written) else {
                let words = "`load` is `\(VisibleText.line(written))`; expected a number."
                throw ActionProblem.unfit(words)
            }
            filter.load = load
        }
        filter.rule = fields["rule"]
        filter.period = fields["period"]
        filter.table = fields["table"]
        filter.source = fields["source"]
        self.filter = filter
        self.fields = fields
    }

    var reason: ConfirmationPage.Reason { isWaiver ? .required : .none }

    private var standing: ActionStanding {
        isWaiver ? .of(filter) : .of(filter).and(.of(.pipeline(pipeline)))
    }

    func preview(_ ledger: LedgerDesks) async throws -> ActionPreview {
        let count = try await ledger.rejects.count(filter)
        let rows = counted(count, "open reject")
        let options = ["load", "rule", "period", "table", "source"]
            .compactMap { name in fields[name].map { " --\(name) \(Invocation.quoted($0))" } }
            .joined()
        let name = Invocation.quoted(pipeline)
        return ActionPreview(
            title: (isWaiver ? "Waive " : "Replay ") + filter.words,
            tab: .rejects,
            effects: effects(onRows: rows),
            standing: try await ledger.actions.words(of: standing),
            command: isWaiver
                ? "longshore rejects waive --pipeline \(name)\(options) --reason …"
                : "longshore rejects replay \(name)\(options)"
        )
    }

    private func effects(onRows rows: String) -> [String] {
        guard !isWaiver else {
            return [
                "\(rows) will count as settled.",
                "A load that reads these rows again refuses them again.",
            ]
        }
        return [
            "\(rows) will be read again, by the newest load's definition and the dimensions of now.",
            "Good rows are loaded into their periods, and marts that read them are computed anew.",
            "The others stay open; rows of closed periods are left out.",
        ]
    }

    func perform(
        _ ledger: LedgerDesks,
        by person: String,
        reason: String?
    ) async throws -> Link {
        guard !isWaiver else {
            let waived = try await ledger.rejects.waive(filter, reason: reason ?? "", by: person)
            guard !waived.isEmpty else { throw Self.nothingOpen }
            return Link("rejects").with("pipeline", pipeline)
        }
        guard
            let request = try await ledger.pipelines.newestRequest(
                ofPipeline: pipeline,
                by: person
            )
        else {
            throw ActionProblem.unknown(
                "The ledger has no load of a pipeline `\(VisibleText.line(pipeline))`."
            )
        }
        let replay = try await ledger.requests.createReplay(of: filter, request)
        guard let load = replay.load else { throw Self.nothingOpen }
        return Link("loads", String(load))
    }

    private static let nothingOpen = ActionProblem(
        status: 409,
        words: "None of these rejects is open and can be read again."
    )
}
