public import Console
import Ledger
import Planning
import Words

/// Says why a task stands where it stands, down to the root.
public struct Diagnosis: Sendable {
    let invocation: Invocation

    /// A diagnosis that suggests commands as they were called.
    public init(_ invocation: Invocation) {
        self.invocation = invocation
    }

    /// A task and the causes of where it stands.
    public func report(_ evidence: Evidence) -> WhyReport {
        WhyReport(
            task: evidence.facts.task.description,
            label: evidence.facts.label,
            state: evidence.facts.state,
            causes: causes(of: evidence)
        )
    }

    /// Whether what is known of a task that is not over does not say yet what it waits for.
    public func isUnexplained(_ evidence: Evidence) -> Bool {
        if case .told(.some) = evidence.lease { return false }
        return !evidence.facts.state.isFinal && holdUps(of: evidence).isEmpty
            && evidence.needs.isEmpty && evidence.furtherNeeds == 0
    }

    private func causes(of evidence: Evidence) -> [Cause] {
        let facts = evidence.facts
        switch facts.state {
        case .done: return [done(facts)]
        case .failed: return [failed(facts)]
        case .cancelled: return [cancelled(facts)]
        case .superseded: return [superseded(facts)]
        case .blocked: return needs(of: evidence) + [blocked(facts)]
        case .waiting:
            let causes = holdUps(of: evidence) + needs(of: evidence)
            return causes.isEmpty ? [unpublished(evidence)] : causes
        case .published:
            let causes = holdUps(of: evidence)
            return causes.isEmpty ? queued(evidence) : causes
        }
    }

    // MARK: What it needs

    private func needs(of evidence: Evidence) -> [Cause] {
        let further = Cause(
            code: "needs",
            text: "and \(evidence.furtherNeeds) more that it needs"
        )
        return evidence.needs.map(cause) + (evidence.furtherNeeds > 0 ? [further] : [])
    }

    private func cause(_ need: Evidence.Need) -> Cause {
        let facts = need.evidence.facts
        return Cause(
            code: "needs",
            text: "it needs \(facts.task) \(facts.label), which is \(facts.state.rawValue)"
                + (need.isTold ? " (see above)" : ""),
            task: facts.task.description,
            causes: need.isTold ? [] : causes(of: need.evidence)
        )
    }

    // MARK: Ends

    private func done(_ facts: TaskFacts) -> Cause {
        Cause(
            code: "done",
            text:
                "committed at \(Wording.time(facts.committedAt ?? "?")) UTC by \(facts.worker ?? "?")"
        )
    }

    private func failed(_ facts: TaskFacts) -> Cause {
        Cause(
            code: "failed",
            text: "it failed for good after \(Self.budget(facts)): "
                + (facts.failure ?? "no reason recorded"),
            command: invocation.command("retry \(facts.task)")
        )
    }

    private func blocked(_ facts: TaskFacts) -> Cause {
        Cause(
            code: "blocked",
            text: "it never runs, because something that it needs did not end well",
            command: invocation.command("retry \(facts.task.load)")
        )
    }

    private func cancelled(_ facts: TaskFacts) -> Cause {
        let order = facts.orders.last { $0.kind == .cancel }
        return Cause(
            code: "cancelled",
            text: order.map { "cancelled\(Self.told(of: $0))" } ?? "cancelled",
            command: invocation.command("retry \(facts.task)")
        )
    }

    private func superseded(_ facts: TaskFacts) -> Cause {
        guard let owner = facts.owner else { return forsaken(facts) }
        return Cause(
            code: "superseded",
            text: "it is left to load \(owner), which is newer and owns \(facts.label)",
            command: invocation.command("status \(owner)")
        )
    }

    /// It was left to a newer load, and that one has ended without it.
    private func forsaken(_ facts: TaskFacts) -> Cause {
        let load = facts.claimant.map { "load \($0)" } ?? "a newer load"
        let end = facts.claimantState.map { " as `\($0.rawValue)`" } ?? ""
        let option = facts.period.isEmpty ? "" : " --periods \(facts.period)"
        return Cause(
            code: "superseded",
            text:
                "it was left to \(load), which has ended\(end) without it: no newer load has loaded "
                + facts.label,
            command: invocation.command("load FOLDER\(option)")
        )
    }

    /// `1 error`, `2 crashes`, `3 errors and 1 crash`, and what does not count.
    static func budget(_ facts: TaskFacts) -> String {
        let budget = Wording.budget(errors: facts.failures, crashes: facts.crashes)
        guard facts.outages > 0 else { return budget }
        let isOne = facts.outages == 1
        let outages =
            "\(counted(facts.outages, "attempt")) that the fleet's own servers ended, "
            + "which \(isOne ? "does" : "do") not count"
        return facts.failures + facts.crashes > 0 ? "\(budget), and \(outages)" : outages
    }
}
