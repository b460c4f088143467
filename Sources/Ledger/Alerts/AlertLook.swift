import Pipelines
import Planning
import Postgres

/// One comparison of what is wrong with a pipeline with what is known to be, in a transaction.
struct AlertLook {
    let fleet: String
    let connection: PostgresConnection

    private var alerts: AlertTable { AlertTable(connection) }
    private var messages: AlertMessageTable { AlertMessageTable(connection) }

    /// Compares, and writes down what begins, what is over, and whom that is told.
    func run(_ pipeline: Pipeline) async throws -> [AlertChange] {
        let all = try await AlertFindings(pipeline: pipeline, connection: connection).all()
        let findings = all.filter { finding in pipeline.alerts.contains { $0.tells(finding) } }
        let standing = try await alerts.standing(ofPipeline: pipeline.name)
        let begun = try await begin(findings, standing, of: pipeline)
        let mild = Set(all.map(\.key)).subtracting(findings.map(\.key))
        let over = try await end(
            standing.filter { alert in !findings.contains { $0.key == alert.key } },
            mild: mild,
            of: pipeline
        )
        return begun.map { AlertChange(alert: $0, pipeline: pipeline.name, isOver: false) }
            + over.map { AlertChange(alert: $0, pipeline: pipeline.name, isOver: true) }
    }

    // MARK: What begins

    /// - Returns: the alerts that there were not.
    private func begin(
        _ findings: [AlertFinding],
        _ standing: [AlertFinding.Key: StandingAlert],
        of pipeline: Pipeline
    ) async throws -> [Int64] {
        var known = standing.mapValues(\.id)
        var begun: [Int64] = []
        for finding in findings {
            if let alert = standing[finding.key] {
                if (finding.load ?? 0) > (alert.load ?? 0) {
                    try await alerts.renew(alert.id, by: finding)
                }
            } else if known[finding.key] == nil,
                let id = try await alerts.begin(finding, ofPipeline: pipeline.name, fleet: fleet)
            {
                known[finding.key] = id
                begun.append(id)
            }
        }
        try await tell(findings, known, of: pipeline)
        return begun
    }

    /// Writes messages to those who are not told yet: a target that is new, or whose bounds are passed now, hears of
    /// what stands, too.
    private func tell(
        _ findings: [AlertFinding],
        _ known: [AlertFinding.Key: Int64],
        of pipeline: Pipeline
    ) async throws {
        guard !findings.isEmpty else { return }
        let told = try await messages.targets(ofStanding: pipeline.name)
        var wanted: [String: Set<Int64>] = [:]
        for finding in findings {
            guard let id = known[finding.key] else { continue }
            for entry in pipeline.alerts where entry.tells(finding) {
                let target = try AlertMessageTable.text(of: entry.target)
                if told[id]?.contains(target) != true { wanted[target, default: []].insert(id) }
            }
        }
        for (target, ids) in wanted.sorted(by: { $0.key < $1.key }) {
            try await insert(ids, to: target, of: pipeline.name, isOver: false)
        }
    }

    // MARK: What is over

    /// Ends those of some alerts that the ledger shows to be over; `mild` is what is wrong, and too little to be told.
    private func end(
        _ unconfirmed: [AlertFinding.Key: StandingAlert],
        mild: Set<AlertFinding.Key>,
        of pipeline: Pipeline
    ) async throws -> [Int64] {
        let tables = Set(pipeline.tableNames + pipeline.exports.flatMap(\.taskTables))
        var reasons: [Int64: String] = [:]
        for (key, alert) in unconfirmed {
            reasons[alert.id] =
                if !key.table.isEmpty && !tables.contains(key.table) {
                    "the pipeline has no such table any more"
                } else if key.rule == .rejects && mild.contains(key) {
                    "so few rejects are not told"
                } else {
                    alert.evidence.end(of: key, shownBy: alert.load)
                }
        }
        return try await end(reasons, ofPipeline: pipeline.name)
    }

    /// Ends all alerts of a pipeline that stand.
    func endAll(ofPipeline pipeline: String, because reason: String) async throws -> [AlertChange] {
        let standing = try await alerts.standing(ofPipeline: pipeline)
        let reasons = Dictionary(uniqueKeysWithValues: standing.values.map { ($0.id, reason) })
        return try await end(reasons, ofPipeline: pipeline)
            .map { AlertChange(alert: $0, pipeline: pipeline, isOver: true) }
    }

    /// Who was told of an alert is told that it is over.
    private func end(
        _ reasons: [Int64: String],
        ofPipeline pipeline: String
    ) async throws -> [Int64] {
        guard !reasons.isEmpty else { return [] }
        let told = try await messages.targets(ofStanding: pipeline)
        var wanted: [String: Set<Int64>] = [:]
        for (alert, reason) in reasons.sorted(by: { $0.key < $1.key }) {
            try await alerts.end(alert, because: reason)
            for target in told[alert, default: []] { wanted[target, default: []].insert(alert) }
        }
        for (target, ids) in wanted.sorted(by: { $0.key < $1.key }) {
            try await insert(ids, to: target, of: pipeline, isOver: true)
        }
        try await messages.hasten(reasons.keys.sorted())
        return reasons.keys.sorted()
    }

    private func insert(
        _ alerts: Set<Int64>,
        to target: String,
        of pipeline: String,
        isOver: Bool
    ) async throws {
        try await messages.insert(
            alerts.sorted(),
            to: target,
            ofPipeline: pipeline,
            fleet: fleet,
            isOver: isOver
        )
    }
}

extension Export {
    /// What its tasks are called where others have a table.
    fileprivate var taskTables: [String] {
        [LoadTaskKind.export, .delivery].map { $0.table(name) }
    }
}
