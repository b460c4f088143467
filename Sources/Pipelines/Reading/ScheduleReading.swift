import Schedules

/// Reads the section `schedule`.
struct ScheduleReading {
    let findings: Findings
    let types: ColumnTypeReading

    /// The schedule; `nil` when there is none, or a problem, which is then reported.
    func schedule(in root: YAMLNode) -> Schedule? {
        guard let node = root["schedule"] else { return nil }
        types.checkZone(node["zone"])
        checkCatchUp(node)
        let periods = read(
            node["periods"],
            "`due`, or `last` and a number from 1 to \(ScheduledPeriods.most): `last 28`",
            ScheduledPeriods.init
        )
        let deadline = read(node["deadline"], "a time of day: `06:00`", TimeOfDay.init)
        guard let cron = cron(node["cron"]) else { return nil }
        return Schedule(
            cron: cron,
            zone: node["zone"]?.text ?? root["zone"]?.text ?? "UTC",
            periods: periods ?? .due,
            overlap: node["overlap"]?.text.flatMap(Schedule.Overlap.init) ?? .skip,
            catchUp: node["catch_up"]?.text.flatMap(Schedule.CatchUp.init) ?? .last,
            deadline: deadline
        )
    }

    private func cron(_ node: YAMLNode?) -> CronExpression? {
        guard let node, let text = node.text else { return nil }
        do {
            return try CronExpression(text)
        } catch {
            findings.add(
                .valueMalformed,
                at: node.span,
                "`cron`: \(error.problem)",
                expected: error.expected
            )
            return nil
        }
    }

    private func read<Value>(
        _ node: YAMLNode?,
        _ expected: String,
        _ parse: (String) -> Value?
    ) -> Value? {
        guard let node, let text = node.text else { return nil }
        if let value = parse(text) { return value }
        findings.add(
            .valueMalformed,
            at: node.span,
            "`\(text)` cannot stand here",
            expected: expected
        )
        return nil
    }

    /// Of firings that are made up for at once, all but the first would be left to its load.
    private func checkCatchUp(_ node: YAMLNode) {
        guard let rule = node["catch_up"], rule.text == Schedule.CatchUp.all.rawValue,
            node["overlap"]?.text != Schedule.Overlap.queue.rawValue
        else { return }
        findings.add(
            .keyConflict,
            at: rule.span,
            "`catch_up: all` cannot stand with `overlap: skip`: of the firings that are made up for, each "
                + "would be left to the load of the first",
            expected: "`overlap: queue` beside it"
        )
    }
}
