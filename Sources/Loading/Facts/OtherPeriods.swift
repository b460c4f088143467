import Extraction
import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import Words

/// The periods of a fact around the one that is loaded.
struct OtherPeriods {
    let attempt: Attempt
    let fact: Fact

    /// What becomes of the rows of those before it, when `closed` are the labels of the fact's closed
    /// periods.
    func earlier(closed: Set<String>) -> [PeriodBounds.Other] {
        guard let rule = attempt.pipeline.periods, let period = attempt.period else { return [] }
        return others(from: rule.first, before: period, closed: closed)
    }

    /// The same of those after it: their rows are welcome when one input has the rows of all.
    ///
    /// No row is of a time after the load; where the definition has no last period, the one in which the
    /// load was created is the last, by the fact's clock.
    func later(closed: Set<String>) throws -> [PeriodBounds.Other] {
        guard fact.reachesAhead, let rule = attempt.pipeline.periods, let period = attempt.period
        else { return [] }
        let clock = SourceClock(of: attempt.pipeline, fact: fact.name)
        let created = try clock.day(at: attempt.row.loadCreatedAt)
        let last = rule.last ?? Period(rule.grain, containing: created)
        return others(from: period.next, before: last.next, closed: closed)
    }

    private func others(
        from first: Period,
        before end: Period,
        closed: Set<String>
    ) -> [PeriodBounds.Other] {
        let isWelcome = fact.late == .merge
        var others: [PeriodBounds.Other] = []
        var next = first
        while next < end {
            others.append(
                PeriodBounds.Other(
                    firstDay: next.start.number,
                    label: next.label,
                    admission: isWelcome ? closed.contains(next.label) ? .closed : .encoded : .late
                )
            )
            next = next.next
        }
        return others
    }

    /// The labels of the fact's closed periods.
    func closed() async throws -> Set<String> {
        guard fact.reachesBack else { return [] }
        let rows = try await attempt.connection.query(
            """
            select period from longshore.control
            where \(attempt.row.key.isOfTable) and state = \(PeriodState.closed)
            """
        )
        return try Set(rows.map { try $0.text("period") })
    }

    /// Marks the loaded periods that rows came late for, with the reason; `rows` are their numbers by
    /// the periods' labels.
    ///
    /// The load that marks a period does not clear the mark itself, whichever of its tasks is first.
    func markStale(_ rows: [String: Int]) async throws {
        guard fact.late == .stale else { return }
        // In the order in which all who write several rows of the control table take them.
        for (period, count) in rows.sorted(by: { $0.key < $1.key }) {
            let reason =
                "\(counted(count, "row")) came late, with \(attempt.row.period) "
                + "(load \(attempt.task.load)): open rejects of the rule `\(PeriodRefusal.late.rule)`"
            try await ControlTable(attempt.connection)
                .markLate(
                    attempt.key(of: attempt.row.table, period: period),
                    because: reason,
                    by: attempt.task.load
                )
        }
    }
}
