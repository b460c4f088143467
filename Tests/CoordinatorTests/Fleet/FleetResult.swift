import Planning
import TestSupport

/// What a simulation left behind.
struct FleetResult: Sendable {
    struct Load: Sendable {
        var state: LoadState?
        var rows: [InMemoryWarehouse.TaskRow]
    }

    /// The loads, the newest last; each wants periods that the one before it had wanted, too.
    var loads: [Load] = []
    /// Loads of another fleet, of tables of their own.
    var others: [Load] = []
    var violations: [String]
    var messagesLeft = 0
    var leasesLeft = 0
    var deaths = 0
    var disturbances = 0
    /// How many orders people gave.
    var orders = 0
    /// How often the warehouse crashed, and lost what it had confirmed.
    var crashes = 0
    var time = Duration.zero
    /// How many tasks of the pipeline run at a time, where it says so.
    var concurrency: Int?

    var attempts: Int { (loads + others).reduce(0) { $0 + $1.rows.reduce(0) { $0 + $1.attempts } } }
    var tasks: Int { (loads + others).reduce(0) { $0 + $1.rows.count } }

    /// What the tasks themselves take where they have to wait for each other: one 20 seconds at most.
    private var slowness: Duration { concurrency.map { .seconds(20 * attempts / $0) } ?? .zero }

    /// Where the one promise was broken, in words.
    var problems: [String] {
        var problems = violations
        for (index, load) in loads.enumerated() {
            let isNewest = index == loads.count - 1
            // A newer load may have left it nothing to do.
            let isOvertaken = !isNewest && load.rows.allSatisfy { $0.state == .superseded }
            let end = isOvertaken ? LoadState.superseded : .loaded
            if load.state != end {
                problems.append(
                    "load \(index + 1) ended as \(load.state.map { "\($0)" } ?? "unknown")"
                )
            }
            for row in load.rows {
                let isRight =
                    row.state == .done && row.effects == 1
                    || !isNewest && row.state == .superseded && row.effects == 0
                if !isRight {
                    problems.append("\(row.task.name): \(row.state), \(row.effects) effects")
                }
            }
        }
        for load in others {
            if load.state != .loaded {
                problems.append("the other fleet's load did not end as loaded")
            }
            for row in load.rows where row.state != .done || row.effects != 1 {
                problems.append("\(row.task.name): \(row.state), \(row.effects) effects")
            }
        }
        if messagesLeft > 0 { problems.append("\(messagesLeft) messages are left") }
        if leasesLeft > 0 { problems.append("\(leasesLeft) leases are left") }
        if time > .seconds(3600) + slowness { problems.append("it took \(time)") }
        return problems
    }
}
