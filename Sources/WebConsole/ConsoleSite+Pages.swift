import Foundation
import Ledger
import Listening
import Pages
import Pipelines

extension ConsoleSite {
    /// The page of a route; `nil` where the ledger knows nothing of what it is about.
    func page(_ route: Route, _ visit: Visit) async throws -> (any Page)? {
        let request = visit.request
        switch route {
        case .periods: return try await periods(request)
        case .period(let schema, let table, let label):
            return try await desks.grid.period(label, ofTable: table, in: schema)
                .map(PeriodPage.init)
        case .loads: return LoadsPage(loads: try await desks.loads.newest(limit: 100))
        case .load(let load):
            guard let report = try await desks.loads.report(ofLoad: load) else { return nil }
            return LoadPage(
                load: report,
                tasks: try await desks.tasks.reports(ofLoad: load),
                choice: try Self.choice(request)
            )
        }
    }

    /// Which tasks of a load are asked for; `nil` where nothing is said.
    private static func choice(_ request: WebRequest) throws -> LoadPage.Choice? {
        guard let written = request.parameter("tasks") else { return nil }
        guard let choice = LoadPage.Choice(rawValue: written) else {
            let names = LoadPage.Choice.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            throw ParameterError(name: "tasks", value: written, expected: "one of \(names)")
        }
        return choice
    }

    private func periods(_ request: WebRequest) async throws -> PeriodsPage {
        let pipeline = request.parameter("pipeline").flatMap { $0.isEmpty ? nil : $0 }
        let zoom = request.parameter("zoom") ?? PeriodGridReport.Zoom.month.rawValue
        guard let zoom = PeriodGridReport.Zoom(rawValue: zoom) else {
            throw ParameterError(name: "zoom", value: zoom, expected: "`day`, `month` or `year`")
        }
        let until = request.parameter("until")
        if let until, Day(until) == nil {
            throw ParameterError(
                name: "until",
                value: until,
                expected: "a day such as `2026-09-01`"
            )
        }
        return PeriodsPage(
            grid: try await desks.grid.grid(by: zoom, until: until, ofPipeline: pipeline),
            pipelines: try await desks.pipelines.names(),
            pipeline: pipeline,
            needs: try await desks.grid.needs().map(Need.init),
            now: Int(Date().timeIntervalSince1970)
        )
    }
}
