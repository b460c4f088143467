import Console
import Inquiry
import Ledger
import Markup
import Pages
import Planning
import Schedules
import Words

/// Holding up a schedule, letting it go on, and firing it by hand.
struct ScheduleAction: ConsoleAction {
    static let names = Verb.allCases.map { "\($0.rawValue)-schedule" }

    private enum Verb: String, CaseIterable {
        case pause
        case resume
        case run
    }

    private let verb: Verb
    private let pipeline: String

    init(_ name: String, _ fields: ActionFields) throws {
        guard let verb = Verb.allCases.first(where: { "\($0.rawValue)-schedule" == name }) else {
            throw ActionProblem.unknown(name)
        }
        self.verb = verb
        pipeline = try fields.required("pipeline")
    }

    var reason: ConfirmationPage.Reason { verb == .pause ? .optional : .none }

    func preview(_ ledger: LedgerDesks) async throws -> ActionPreview {
        let standing = try await ledger.actions.words(of: .ofSchedule(pipeline))
        guard !standing.isEmpty else {
            throw ActionProblem.unknown(
                "The pipeline `\(VisibleText.line(pipeline))` has no schedule."
            )
        }
        let (title, effects) =
            switch verb {
            case .pause: ("Pause", ["Nothing is fired until it is resumed."])
            case .resume:
                ("Resume", ["It goes on from now; what would have been fired meanwhile is not."])
            case .run:
                (
                    "Fire",
                    [
                        "A coordinator fires it within some seconds, also while it is paused.",
                        "While a load of the pipeline runs, `overlap` holds.",
                    ]
                )
            }
        return ActionPreview(
            title: "\(title) the schedule of \(pipeline)",
            tab: .schedules,
            effects: effects,
            standing: standing,
            command: "longshore schedules \(verb.rawValue) \(Invocation.quoted(pipeline))"
        )
    }

    func perform(
        _ ledger: LedgerDesks,
        by person: String,
        reason: String?
    ) async throws -> Link {
        let isNew =
            switch verb {
            case .pause:
                try await ledger.schedules.pause(pipeline, reason: reason, by: person)
            case .resume:
                try await ledger.schedules.resume(
                    pipeline,
                    ScheduleClock(of: await ledger.schedules.schedule(of: pipeline))
                )
            case .run: try await ledger.schedules.run(pipeline, by: person) > 0
            }
        guard isNew else {
            let words = verb == .pause ? "It is paused already." : "It is not paused."
            throw ActionProblem(status: 409, words: words)
        }
        return Link("schedules")
    }
}
