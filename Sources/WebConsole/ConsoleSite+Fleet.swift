import Foundation
import Ledger
import Pages
import Planning
import Rehearsal
import Views

extension Route {
    static let fleet = [
        Route(
            "/fleet",
            "Workers, coordinators, queues and pools",
            tab: .fleet,
            page: { site, _ in try await site.fleet() }
        ),
        Route(
            "/fleet/events",
            "What changes of the fleet's page, as server-sent events",
            tab: .fleet,
            audience: .browsers,
            answer: { site, call in
                try await site.events(for: call.visit) { try await site.fleet() }
            }
        ),
        Route(
            "/dead-letters",
            "What was set aside for somebody",
            tab: .deadLetters,
            page: { site, _ in await site.deadLetters() }
        ),
    ]

    static let plans = [
        Route(
            "/plans",
            "Plans of the last 30 days, the newest first",
            tab: .plans,
            parameters: [RouteParameter("pipeline", "Of this pipeline")],
            page: { site, call in
                PlansPage(
                    plans: try await site.desks.plans.newest(
                        ofPipeline: call.value("pipeline"),
                        limit: PlansPage.mostPlans
                    )
                )
            }
        ),
        Route(
            "/plans/{plan}",
            "A plan: what it rests on, and what a load of it would change",
            tab: .plans,
            page: { site, call in
                guard let plan = try await site.desks.plans.record(call.place("plan")) else {
                    return nil
                }
                // Effects of another version tell nothing.
                let effects = plan.effects.flatMap {
                    try? JSONDecoder().decode(Effects.self, from: Data($0.utf8))
                }
                return PlanPage(plan: plan.summary, parts: plan.fingerprint.parts, effects: effects)
            }
        ),
    ]

    static let schedules = [
        Route(
            "/schedules",
            "When pipelines are loaded unasked, and what came of it",
            tab: .schedules,
            page: { site, _ in
                SchedulesPage(
                    schedules: try await site.desks.schedules.reports(),
                    overdue: try await site.desks.schedules.overdue()
                )
            }
        ),
        Route(
            "/schedules/{pipeline}",
            "A schedule and its firings",
            tab: .schedules,
            page: { site, call in
                do {
                    let pipeline = call.place("pipeline")
                    return SchedulePage(
                        schedule: try await site.desks.schedules.report(of: pipeline),
                        firings: try await site.desks.schedules.firings(
                            ofPipeline: pipeline,
                            limit: SchedulePage.mostFirings
                        )
                    )
                } catch let error as LedgerError where error.code == .unknownSchedule {
                    return nil
                }
            }
        ),
        Route(
            "/alerts",
            "What is or was wrong with pipelines, and whom that was told",
            tab: .alerts,
            parameters: [
                RouteParameter(
                    "state",
                    "Whether those that are over are among them",
                    .choice(["all"])
                )
            ],
            page: { site, call in
                let isAll = call.value("state") == "all"
                return AlertsPage(
                    alerts: try await site.desks.alerts.reports(
                        all: isAll,
                        limit: AlertsPage.mostAlerts
                    ),
                    isAll: isAll
                )
            }
        ),
    ]

    static let exports = [
        Route(
            "/exports",
            "Exports, and what of them is not delivered",
            tab: .exports,
            page: { site, _ in ExportsPage(exports: try await site.desks.effects.summaries()) }
        ),
        Route(
            "/exports/{pipeline}/{export}",
            "The effects of an export, by their keys",
            tab: .exports,
            leastRole: .operator,
            parameters: [.choice("state", "In this state", of: EffectState.self)],
            page: { try await $0.export($1) }
        ),
    ]
}

extension ConsoleSite {
    fileprivate func fleet() async throws -> FleetPage {
        var status: FleetStatus
        if let servers {
            status = try await servers.status()
        } else {
            status = FleetStatus(
                loads: try await desks.loads.newest(limit: 10),
                coordinators: try await desks.fleet.coordinators()
            )
            status.add("RabbitMQ and Redis", "are not known to this console")
        }
        return FleetPage(status: status, pools: try await desks.fleet.waiting())
    }

    fileprivate func deadLetters() async -> DeadLettersPage {
        guard let servers else {
            return DeadLettersPage(letters: nil, problem: "This console does not know RabbitMQ.")
        }
        do {
            let letters = try await servers.letters()
            return DeadLettersPage(letters: letters.entries, of: letters.total)
        } catch {
            return DeadLettersPage(
                letters: nil,
                problem: "RabbitMQ does not answer, so what was set aside is not known: \(error)"
            )
        }
    }

    fileprivate func export(_ call: RouteCall) async throws -> ExportPage? {
        let (pipeline, export) = (call.place("pipeline"), call.place("export"))
        let state: EffectState? = call.choice("state")
        var filter = EffectFilter(pipeline: pipeline)
        filter.export = export
        if let state { filter.states = [state] }
        noteLook(call.visit, "the keys of what the export \(export) delivers")
        do {
            return ExportPage(
                pipeline: pipeline,
                export: export,
                state: state,
                effects: try await ledger.effects.reports(filter, limit: ExportPage.mostEffects)
            )
        } catch let error as LedgerError where error.code == .unknownExport {
            return nil
        }
    }
}
