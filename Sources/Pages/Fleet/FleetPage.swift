package import Ledger
package import Markup
import Planning
package import Views
import Words

/// Who works: workers, coordinators, queues, and what servers do not tell.
package struct FleetPage: LivePage {
    /// What ledger, broker and Redis tell.
    package let status: FleetStatus
    /// The pools of running loads.
    package let pools: [LedgerFigures.PoolStanding]

    package init(status: FleetStatus, pools: [LedgerFigures.PoolStanding]) {
        self.status = status
        self.pools = pools
    }

    package var heading: String { "Fleet" }
    package var tab: PageSection { .fleet }
    package var command: String? { "longshore status" }
    package var events: Link { Link("fleet", "events") }
    package var isOver: Bool { false }

    package var parts: [LivePart] {
        [
            LivePart("summary") {
                PageParts.head(Markup(text: "Fleet"), sub: Markup(text: sentence))
                for problem in status.problems {
                    p(.class("note gapb")) {
                        b { problem.server }
                        " \(problem.problem)"
                    }
                }
            },
            LivePart("workers") { workers },
            LivePart("coordinators") { coordinators },
            LivePart("queues") { queues },
            LivePart("pools") { standings },
        ]
    }

    package var content: Markup {
        let parts = Dictionary(uniqueKeysWithValues: parts.map { ($0.id, $0.placed) })
        return Markup(build: {
            parts["summary"]
            PageParts.panel("Workers") { parts["workers"] }
            div(.class("cols")) {
                PageParts.panel("Queues") { parts["queues"] }
                PageParts.panel("Coordinators") { parts["coordinators"] }
            }
            PageParts.panel("Pools of running loads") { parts["pools"] }
        })
    }

    private var sentence: String {
        guard let workers = status.workers else { return "The workers are not known." }
        let slots = workers.reduce(0) { $0 + $1.slots }
        let busy = workers.reduce(0) { $0 + $1.running.count }
        return "\(counted(workers.count, "worker")) · \(busy) of \(counted(slots, "slot")) busy · "
            + counted(status.coordinators.count, "coordinator")
    }

    private var workers: Markup {
        PageParts.list(
            ["Worker", "Version", "Pools", .number("Slots"), .number("Busy"), "Runs"],
            rows: (status.workers ?? []).sorted { $0.name < $1.name }
                .map { worker in
                    tr {
                        td { worker.name }
                        td(.class("mono")) { worker.version ?? "–" }
                        td { shares(worker) }
                        td(.class("num")) { worker.slots }
                        td(.class("num")) { worker.running.count }
                        td(.class("mono")) {
                            for task in worker.running {
                                a(
                                    .href(
                                        Link(
                                            "loads",
                                            String(task.load),
                                            "tasks",
                                            String(task.ordinal)
                                        )
                                    )
                                ) {
                                    task.description
                                }
                                " "
                            }
                        }
                    }
                },
            empty: status.workers == nil
                ? "Redis does not answer, so the workers are not known." : "No worker is there."
        )
    }

    private func shares(_ worker: WorkerPresence) -> String {
        guard let shares = worker.shares else {
            return worker.pools?.joined(separator: ", ") ?? "–"
        }
        return shares.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            .joined(separator: ", ")
    }

    private var coordinators: Markup {
        PageParts.list(
            ["Coordinator", "Loads"],
            rows: status.coordinators.map { coordinator in
                tr {
                    td { coordinator.name }
                    td {
                        for load in coordinator.loads {
                            a(.href(Link("loads", String(load)))) { String(load) }
                            " "
                        }
                    }
                }
            },
            empty: "No load is coordinated now."
        )
    }

    private var queues: Markup {
        PageParts.list(
            ["Queue", .number("Messages"), .number("Consumers")],
            rows: (status.queues ?? [])
                .map { queue in
                    tr {
                        td(.class("mono")) { queue.name }
                        td(.class("num")) { grouped(queue.ready) }
                        td(.class("num")) { grouped(queue.consumers) }
                    }
                },
            empty: status.queues == nil
                ? "RabbitMQ does not answer, so the queues are not known." : "There is no queue."
        )
    }

    private var standings: Markup {
        PageParts.list(
            ["Pool", .number("Waiting"), .number("Running"), .number("Oldest")],
            rows: pools.map { pool in
                tr {
                    td { pool.pool }
                    td(.class("num")) { grouped(Int(pool.waiting)) }
                    td(.class("num")) { grouped(Int(pool.running)) }
                    td(.class("num")) {
                        pool.waiting > 0 ? DurationWords.measured(seconds: pool.oldest) : "–"
                    }
                }
            },
            empty: "No load runs."
        )
    }

    private enum CodingKeys: String, CodingKey {
        case status
    }
}
