import Foundation
import Ledger
import Listening
import Pages
import Pipelines
import Planning

extension Route {
    static let periods = [
        Route(
            "/",
            "Periods by table, and what needs somebody",
            tab: .periods,
            parameters: gridParameters + [
                RouteParameter(
                    "of",
                    "The table of the period beside the grid, `callcenter.fact_call`"
                ),
                RouteParameter("period", "The period beside the grid"),
            ],
            page: { site, call in
                var page = try await site.periods(call)
                page.strips = try await site.desks.grid.strips(ofPipeline: page.pipeline)
                page.selected = try await site.selected(call)
                return page
            }
        ),
        Route(
            "/events",
            "What changes of the grid of periods, as server-sent events",
            tab: .periods,
            audience: .browsers,
            parameters: gridParameters,
            answer: { site, call in
                try await site.events(for: call.visit, each: .seconds(3)) {
                    try await site.periods(call)
                }
            }
        ),
        Route(
            "/tables/{schema}/{table}/periods/{period}",
            "A period of a table: how it stands, why, and what was done with it",
            tab: .periods,
            page: { try await $0.period($1) }
        ),
    ]

    private static let gridParameters = [
        RouteParameter("pipeline", "Of this pipeline"),
        .choice("show", "What the cells show", of: GridMeasure.self),
        .choice("zoom", "How much time a column is", of: PeriodGridReport.Zoom.self),
        RouteParameter("until", "A day of the last column", .day),
        RouteParameter("after", "Behind this table, `callcenter.fact_call`"),
    ]
}

extension ConsoleSite {
    /// The grid, without what is not shown anew while somebody looks: all periods at a glance, and the one beside the grid.
    fileprivate func periods(_ call: RouteCall) async throws -> PeriodsPage {
        let pipeline = call.value("pipeline")
        let rejects = call.visit.viewer.role >= .viewer ? try await desks.rejects.openCount() : 0
        return PeriodsPage(
            grid: try await desks.grid.grid(
                by: call.choice("zoom") ?? .month,
                until: call.value("until"),
                ofPipeline: pipeline,
                after: call.value("after")
            ),
            pipelines: try await desks.pipelines.names(),
            pipeline: pipeline,
            needs: try await desks.grid.needs().map(Need.init)
                + [Need(openRejects: rejects)].compactMap(\.self),
            strips: .none,
            until: call.value("until"),
            show: call.choice("show") ?? .state,
            after: call.value("after"),
            mayAct: call.visit.viewer.role >= .operator,
            now: Int(Date().timeIntervalSince1970)
        )
    }

    /// The period beside the grid.
    fileprivate func selected(_ call: RouteCall) async throws -> PeriodStanding? {
        guard let period = call.value("period"), let name = call.value("of") else { return nil }
        let parts = name.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1)
            .map { String(Substring($0)) }
        guard parts.count == 2 else { return nil }
        return try await desks.grid.period(period, ofTable: parts[1], in: parts[0])
    }

    fileprivate func period(_ call: RouteCall) async throws -> PeriodPage? {
        let (schema, table) = (call.place("schema"), call.place("table"))
        guard
            let period = try await desks.grid.period(
                call.place("period"),
                ofTable: table,
                in: schema
            )
        else { return nil }
        let pipeline = try await newestDefinition(ofPipeline: period.pipeline)
        return PeriodPage(
            period,
            origins: pipeline.flatMap { TableOrigins(table: table, in: $0) },
            changes: try await changes(of: period, pipeline)
        )
    }

    /// What of the definition has changed since a period was loaded; `nil` where that is not known.
    private func changes(of period: PeriodStanding, _ pipeline: Pipeline?) async throws -> [String]?
    {
        guard let digest = period.definition, let now = pipeline?.tableDefinitions[period.table],
            let then = try await desks.pipelines.tableDefinition(digest)
        else { return nil }
        return now.changes(since: then).map(\.description)
    }

    /// The definition of a pipeline's newest load; `nil` where this program cannot read it.
    func newestDefinition(ofPipeline name: String) async throws -> Pipeline? {
        do {
            return try await desks.pipelines.newestDefinition(ofPipeline: name)
        } catch is UnreadableDefinition {
            return nil
        }
    }
}
