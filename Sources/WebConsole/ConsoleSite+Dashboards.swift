import Dashboards
import Inquiry
import Ledger
import Listening
import Markup
import Pages
import Pipelines

extension Route {
    static let dashboards = [
        Route(
            "/dashboards",
            "The dashboards",
            tab: .dashboards,
            page: { try await $0.dashboardList($1) }
        ),
        Route(
            "/dashboards/{dashboard}",
            "A dashboard with its figures, and whether they can be trusted",
            tab: .dashboards,
            parameters: [.anything],
            page: { try await $0.dashboard($1) }
        ),
        Route(
            "/dashboards/{dashboard}/panels/{panel}",
            "A panel with its rows; with `.csv`, `.svg` or `.png` behind its name as a file",
            tab: .dashboards,
            audience: .everybody,
            parameters: [.anything],
            types: ["application/json", "text/csv", "image/svg+xml", "image/png"],
            answer: { try await $0.panel($1) }
        ),
    ]
}

extension ConsoleSite {
    /// What the folders hold; parameters without a default have the values of the newest load.
    private var shelved: DashboardShelf.Contents? {
        get async {
            await dashboards?
                .contents { pipeline in
                    (try? await desks.pipelines.newestParameters(ofPipeline: pipeline)) ?? [:]
                }
        }
    }

    fileprivate func dashboardList(_ call: RouteCall) async throws -> DashboardsPage {
        let contents = await shelved
        let viewer = call.visit.viewer
        return DashboardsPage(
            dashboards: (contents?.entries ?? [])
                .filter { viewer.maySee($0.dashboard.access.readers) }
                .map { DashboardsPage.Entry($0.dashboard, of: $0.pipeline.name) },
            problems: viewer.role == .operator ? contents?.problems ?? [] : []
        )
    }

    /// The dashboard that the path names; `nil` where there is none that the viewer may see.
    private func entry(_ call: RouteCall) async -> DashboardShelf.Entry? {
        guard let entry = await shelved?.entry(call.place("dashboard")),
            call.visit.viewer.maySee(entry.dashboard.access.readers)
        else { return nil }
        return entry
    }

    fileprivate func dashboard(_ call: RouteCall) async throws -> DashboardPage? {
        guard let shelf = dashboards, let entry = await entry(call) else { return nil }
        let tab = try Self.tab(call, entry.dashboard)
        try Self.refuseUnknown(call, entry.dashboard, tab)
        let view = try await Self.understood {
            try await shelf.desk.view(
                of: entry.dashboard,
                tab: tab,
                in: entry.pipeline,
                asked: { call.all($0) }
            )
        }
        return DashboardPage(
            Self.told(view, call.visit.viewer),
            origin: try await origin(of: view, call)
        )
    }

    fileprivate func panel(_ call: RouteCall) async throws -> Route.Answer? {
        guard let shelf = dashboards, let entry = await entry(call) else { return nil }
        let split = PanelFile.split(call.place("panel"))
        let id = split?.id ?? call.place("panel")
        let view = try await Self.understood {
            try await shelf.desk.view(
                of: id,
                in: entry.dashboard,
                entry.pipeline,
                asked: { call.all($0) }
            )
        }
        guard let view else { return nil }
        try Self.refuseUnknown(
            call,
            entry.dashboard,
            view.tab,
            besides: Array(PanelPlace.parameters.prefix(view.answers[0].panel.axes.count))
        )
        guard let file = split?.file else {
            let told = Self.told(view, call.visit.viewer)
            var origin = try await origin(of: view, call)
            origin.sums = try await sums(of: view, call)
            return .page(PanelPage(told, origin: origin))
        }
        guard call.visit.viewer.maySee(entry.dashboard.access.export),
            let figures = PanelFigures(view.answers[0], today: view.today)
        else { return nil }
        let name = "\(entry.dashboard.name)-\(id)"
        return try await file.response(figures, named: name).map { .response($0) }
    }

    // MARK: What is asked

    private static func tab(_ call: RouteCall, _ dashboard: Dashboard) throws -> Int {
        guard let title = call.value("tab") else { return 0 }
        guard let tab = dashboard.tabs.firstIndex(where: { $0.title == title }) else {
            throw ParameterError.unfit(
                "tab",
                title,
                expected: dashboard.tabs.map { "`\($0.title)`" }.joined(separator: " or ")
            )
        }
        return tab
    }

    private static func refuseUnknown(
        _ call: RouteCall,
        _ dashboard: Dashboard,
        _ tab: Int,
        besides others: [String] = []
    ) throws {
        let known =
            dashboard.tabs[tab].filters.map(\.name) + (dashboard.tabs.count > 1 ? ["tab"] : [])
            + others
        for name in call.names where !known.contains(name) {
            throw ParameterError.unknown(name, among: known)
        }
    }

    private static func understood<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DashboardError {
            throw ParameterError.unreadable(error.description)
        }
    }

    /// What somebody is told: readers neither the words of a server nor links that they may not follow.
    private static func told(_ view: DashboardView, _ viewer: Viewer) -> DashboardView {
        var told = viewer.role >= .viewer ? view : view.withoutDetails
        told.linksRows = viewer.role == .operator
        return told
    }

    /// What rejects would add to the sums of a panel of one fact; it is read of raw rows, so only operators see it.
    private func sums(of view: DashboardView, _ call: RouteCall) async throws -> RejectSums? {
        guard call.visit.viewer.role == .operator, let table = view.seal.onlyFact,
            let fact = view.pipeline.facts.first(where: { $0.table == table.name }),
            let reading = RejectSumReading(
                of: fact,
                in: table.schema,
                summing: view.answers[0].panel.query.summedColumns
            )
        else { return nil }
        let pieces = table.pieces.filter { $0.rejected > 0 }
            .compactMap { piece in piece.load.map { (load: $0, period: piece.period) } }
        guard !pieces.isEmpty else { return nil }
        noteLook(call.visit, "sums of the rejects of \(table.schema).\(table.name)")
        return try await reading.read(pieces, from: ledger.rejects)
    }

    /// The files that the figures were read from.
    private func origin(of view: DashboardView, _ call: RouteCall) async throws -> SealOrigin {
        var origin = SealOrigin()
        origin.showsLoads = call.visit.viewer.role >= .viewer
        let (facts, all) = (view.seal.tables.filter { $0.kind == .fact }, view.seal.tables)
        let known = try await desks.seals.origin(of: facts.flatMap(\.loaded))
        origin.audits = try await desks.seals.audits(of: all.flatMap(\.loaded))
        origin.files = known.files.map { SealOrigin.File(name: $0.name, digest: $0.digest) }
        origin.warnings = known.warnings
        origin.refusals = known.refusals
        return origin
    }
}

extension Seal.Table {
    /// Its periods that are loaded, as the ledger is asked of them.
    fileprivate var loaded: [SealDesk.Piece] {
        pieces.compactMap { piece in
            piece.load.map {
                SealDesk.Piece(load: $0, schema: schema, table: name, period: piece.period)
            }
        }
    }
}

extension Viewer {
    /// Whether somebody is in one of the groups; an empty list is everybody, and an operator may see all.
    fileprivate func maySee(_ groups: [String]) -> Bool {
        groups.isEmpty || role == .operator || !self.groups.isDisjoint(with: groups)
    }
}
