import Ledger
import Markup
import Pages
import Planning
import Words

/// Cancelling, pausing, resuming and retrying a load, a load task or a pipeline.
struct OrderAction: ConsoleAction {
    static let names = Verb.allCases.map(\.rawValue)

    private enum Verb: String, CaseIterable {
        case cancel
        case pause
        case resume
        case retry
    }

    private let verb: Verb
    private let target: InterventionTarget

    init(_ name: String, _ fields: ActionFields) throws {
        let written = try fields.required("target")
        guard let verb = Verb(rawValue: name), let target = InterventionTarget(written) else {
            throw ActionProblem.unfit(
                "`target` is `\(VisibleText.line(written))`; expected a load (`7`), a task (`7.12`) "
                    + "or a pipeline."
            )
        }
        self.verb = verb
        self.target = target
    }

    var reason: ConfirmationPage.Reason {
        switch verb {
        case .cancel: .required
        case .pause: .optional
        case .resume, .retry: .none
        }
    }

    func preview(_ ledger: LedgerDesks) async throws -> ActionPreview {
        let standing = try await ledger.actions.words(of: .of(target))
        guard !standing.isEmpty else {
            throw ActionProblem.unknown("The ledger has no \(target.named).")
        }
        return ActionPreview(
            title: "\(title) \(target.named)",
            tab: .loads,
            effects: effects(try await tasks(ledger)),
            standing: standing,
            command: "longshore \(verb.rawValue) \(target)"
                + (reason == .required ? " --reason …" : "")
        )
    }

    /// How many tasks of the load are in which state; of a pipeline or a task nobody asks.
    private func tasks(_ ledger: LedgerDesks) async throws -> [TaskState: Int] {
        guard case .load(let load) = target else { return [:] }
        return try await ledger.loads.report(ofLoad: load)?.tasks ?? [:]
    }

    private var title: String {
        switch verb {
        case .cancel: "Cancel"
        case .pause: "Pause"
        case .resume: "Resume"
        case .retry: "Retry"
        }
    }

    private func effects(_ tasks: [TaskState: Int]) -> [String] {
        let open = TaskState.open.reduce(0) { $0 + (tasks[$1] ?? 0) }
        let ended = (tasks[.failed] ?? 0) + (tasks[.cancelled] ?? 0)
        let counts: String? =
            switch verb {
            case .cancel where open > 0: "\(counted(open, "task")) will not be done."
            case .retry where ended > 0:
                "\(counted(ended, "task")) that failed or were cancelled will be tried again, "
                    + "and what they block."
            default: nil
            }
        return words + [counts].compactMap(\.self)
    }

    private var words: [String] {
        switch verb {
        case .cancel:
            [
                "Attempts that run are interrupted within two seconds and rolled back.",
                "What is committed stays.",
            ]
        case .pause: ["Nothing of it begins until it is resumed.", "What runs is finished."]
        case .resume: ["A pause of it ends, and what waited goes on."]
        case .retry:
            [
                "The load runs again as soon as a coordinator takes it up.",
                "Its tasks get a new budget of attempts.",
            ]
        }
    }

    func perform(
        _ ledger: LedgerDesks,
        by person: String,
        reason: String?
    ) async throws -> Link {
        let change =
            switch verb {
            case .cancel: try await ledger.orders.cancel(target, reason: reason, by: person)
            case .pause:
                try await ledger.orders.pause(
                    target,
                    interrupts: false,
                    reason: reason,
                    by: person
                )
            case .resume: try await ledger.orders.resume(target)
            case .retry: try await ledger.orders.retry(target, .unfinished)
            }
        guard change.isNew else {
            let words = "There is nothing to \(verb.rawValue) any more."
            throw ActionProblem(status: 409, words: words)
        }
        if verb == .cancel, change.running > 0 { settle(change.loads, at: ledger) }
        let load = target.load ?? change.loads.last
        return load.map { Link("loads", String($0)) } ?? Link("loads")
    }

    /// Attempts that run give up a moment after they were cancelled: then nobody else says so of their tasks.
    private func settle(_ loads: [Int64], at ledger: LedgerDesks) {
        Task {
            for _ in 0..<50 {
                try await Task.sleep(for: .milliseconds(200))
                var running = 0
                for load in loads {
                    let about = target.load == nil ? InterventionTarget.load(load) : target
                    running += try await ledger.orders.settleCancelled(about)
                }
                if running == 0 { return }
            }
        }
    }
}
