import Console
import Pipelines
public import Planning
public import Rehearsal
import Words

/// A plan as it is shown: its tasks or its effects, its hash, and how to load it.
public struct PlanReport {
    private let graph: PlanGraph
    /// What the hash does not cover.
    private let uncovered: [String]
    /// The command that loads it, without the hash.
    private let command: String
    /// What is not as a load would make it, apart from what is loaded.
    private let notes: [String]
    /// What the load would change, when it was rehearsed.
    public var effects: Effects?
    /// What the plan rests on; `nil` without a ledger.
    public var fingerprint: PlanFingerprint?

    /// A plan whose hash covers all but `uncovered`, and that `command` loads, with the hash behind it.
    public init(_ graph: PlanGraph, uncovered: [String], command: String, notes: [String]) {
        self.graph = graph
        self.uncovered = uncovered
        self.command = command
        self.notes = notes
    }

    /// The whole text.
    public var lines: [String] {
        if let effects { return EffectsSummary(effects).lines + [""] + notes + planLines }
        let count = counted(graph.tasks.count, "task")
        return table.lines + ["\(count); nothing has been loaded"] + notes + planLines
    }

    private var planned: [PlannedTask] { graph.tasks.indices.map { PlannedTask(graph, $0) } }

    private var table: TextTable {
        var table = TextTable([
            ("task", .right), ("kind", .left), ("table", .left), ("period", .left),
            ("needs", .left),
        ])
        for task in planned {
            table.add([
                String(task.task), task.kind, task.name, task.period,
                task.needs.map(String.init).joined(separator: " "),
            ])
        }
        return table
    }

    private var planLines: [String] {
        guard let fingerprint else {
            return ["the plan has no hash: no server is configured, so the ledger is not known"]
        }
        let files = fingerprint.parts.filter { $0.kind == .file }.count
        return [
            "plan \(fingerprint.shortDigest): covers the definition, the periods, "
                + "\(counted(files, "file")) and the ledger's state"
        ] + uncovered.map { "not covered: \($0)" } + [
            "load it with: \(command) \(fingerprint.shortDigest)"
        ]
    }

    /// The same for machines.
    public var forMachines: some Encodable {
        MachineReport(
            plan: fingerprint?.digest,
            command: fingerprint.map { "\(command) \($0.shortDigest)" },
            parts: fingerprint?.parts ?? [],
            uncovered: uncovered,
            tasks: planned,
            notes: notes,
            effects: effects
        )
    }

    /// For machines, the plan of a load that would have nothing to do.
    public static func nothing(_ notes: [String]) -> some Encodable { MachineReport(notes: notes) }
}

/// What `plan --json` prints: one object.
private struct MachineReport: Encodable {
    var plan: String?
    var command: String?
    var parts: [PlanFingerprint.Part] = []
    var uncovered: [String] = []
    var tasks: [PlannedTask] = []
    var notes: [String]
    var effects: Effects?

    private enum CodingKeys: CodingKey {
        case plan, command, parts, uncovered, tasks, notes, effects
    }

    /// Every key is there, whatever is known: `null` where there is nothing.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(plan, forKey: .plan)
        try container.encode(command, forKey: .command)
        try container.encode(parts, forKey: .parts)
        try container.encode(uncovered, forKey: .uncovered)
        try container.encode(tasks, forKey: .tasks)
        try container.encode(notes, forKey: .notes)
        try container.encode(effects, forKey: .effects)
    }
}

private struct PlannedTask: Encodable {
    let task: Int
    let kind: String
    let name: String
    let period: String
    let needs: [Int]

    init(_ graph: PlanGraph, _ ordinal: Int) {
        let planned = graph.tasks[ordinal]
        task = ordinal
        kind = planned.kind.rawValue
        name = planned.name
        period = planned.period?.label ?? ""
        needs = Array(graph.needs(of: ordinal))
    }
}
