import Inquiry
import Ledger
import Listening
import Pages
import Words

extension Route {
    static let rejects = [
        Route(
            "/rejects",
            "Refused rows by rule, column and source",
            tab: .rejects,
            parameters: chosen + [
                RouteParameter(
                    "state",
                    "Whether settled ones are among them",
                    .choice(["open", "all"])
                ),
                RouteParameter("after", "Only those behind this number", .number(atLeast: 0)),
            ],
            page: { try await $0.rejects($1) }
        ),
        Route(
            "/rejects/{reject}",
            "A refused row as it was read",
            tab: .rejects,
            leastRole: .operator,
            page: { try await $0.reject($1) }
        ),
        Route(
            "/rejects.csv",
            "Open rejects of one table as CSV, with what stands in them",
            tab: .rejects,
            leastRole: .operator,
            audience: .everybody,
            parameters: chosen,
            types: ["text/csv"],
            answer: { try await $0.rejectSheet($1) }
        ),
    ]

    private static let chosen = [
        RouteParameter("pipeline", "Of this pipeline"),
        RouteParameter("table", "Of this table: `callcenter.fact_call`"),
        RouteParameter("rule", "That break this rule"),
        RouteParameter("period", "Of this period"),
        RouteParameter("source", "Of this file or source"),
        RouteParameter("load", "Of this load", .number(atLeast: 1)),
    ]
}

extension ConsoleSite {
    private func filter(_ call: RouteCall) -> RejectFilter {
        var filter = RejectFilter()
        filter.pipeline = call.value("pipeline")
        filter.table = call.value("table")
        filter.rule = call.value("rule")
        filter.period = call.value("period")
        filter.source = call.value("source")
        filter.load = call.number("load").map(Int64.init)
        return filter
    }

    fileprivate func rejects(_ call: RouteCall) async throws -> RejectsPage {
        var filter = filter(call)
        let groups = try await desks.rejects.groups(filter)
        filter.onlyOpen = call.value("state") != "all"
        // What is wrong may quote the row, which only operators see.
        let quoting = call.visit.viewer.role >= .operator
        let values = RejectsPage.parameters.compactMap { name in
            call.value(name).map { (name, $0) }
        }
        return RejectsPage(
            chosen: RejectsPage.Chosen(
                values: Dictionary(uniqueKeysWithValues: values),
                isAll: !filter.onlyOpen
            ),
            groups: groups,
            sources: try await desks.rejects.sources(filter),
            rejects: try await (quoting ? ledger : desks).rejects
                .lines(
                    filter,
                    after: call.number("after").map(Int64.init) ?? 0,
                    limit: RejectsPage.mostRejects + 1,
                    quoting: quoting
                )
        )
    }

    fileprivate func reject(_ call: RouteCall) async throws -> RejectedRowPage? {
        guard let number = call.placedNumber("reject") else { return nil }
        noteLook(call.visit, "the raw row of reject \(number)")
        var filter = RejectFilter()
        (filter.rejects, filter.onlyOpen) = ([number], false)
        guard let row = try await ledger.rejects.rows(filter, limit: 1).first else { return nil }
        return RejectedRowPage(row, fields: row.fields)
    }

    // MARK: Export

    /// A page at a time, so that memory stays flat.
    fileprivate func rejectSheet(_ call: RouteCall) async throws -> Route.Answer {
        let filter = filter(call)
        let tables = try await desks.rejects.tables(of: filter)
        guard tables.count < 2 else {
            throw ParameterError.unfit(
                "table",
                call.value("table") ?? "",
                expected: "one of \(tables.inBackticks()): their columns differ"
            )
        }
        noteLook(call.visit, "the raw rows of rejects, as CSV")
        let desk = ledger.rejects
        let first = try await desk.rows(filter, limit: Self.sheetPage)
        let sheet = RejectSheet(columns: first.first?.header ?? [], isForSpreadsheet: true)
        let stream = AsyncStream<[UInt8]>(unfolding: Self.pages(of: sheet, first, desk, filter))
        return .response(
            WebResponse(
                200,
                headers: [
                    WebRequest.Field(name: "Content-Type", value: "text/csv; charset=utf-8"),
                    WebRequest.Field(
                        name: "Content-Disposition",
                        value: "attachment; filename=\"rejects.csv\""
                    ),
                ],
                body: .stream(stream)
            )
        )
    }

    private static let sheetPage = 1_000

    /// What gives the sheet piece by piece, the head with the first.
    private static func pages(
        of sheet: RejectSheet,
        _ first: [RejectedRow],
        _ desk: RejectDesk,
        _ filter: RejectFilter
    ) -> @Sendable () async -> [UInt8]? {
        let cursor = SheetCursor(first)
        return {
            guard
                let rows = await cursor.next({
                    try await desk.rows(filter, after: $0, limit: sheetPage)
                })
            else { return nil }
            return (rows.isFirst ? sheet.header : []) + rows.rows.flatMap(sheet.line)
        }
    }
}

/// Where the reading of a sheet is.
private actor SheetCursor {
    private var pending: [RejectedRow]?
    private var last: Int64 = 0
    private var isFirst = true

    init(_ first: [RejectedRow]) { pending = first }

    /// The next rows; `nil` when there are no more, or they cannot be read.
    func next(
        _ read: @Sendable (Int64) async throws -> [RejectedRow]
    ) async -> (isFirst: Bool, rows: [RejectedRow])? {
        let rows: [RejectedRow]
        if let first = pending {
            rows = first
            pending = nil
        } else {
            rows = (try? await read(last)) ?? []
        }
        defer { isFirst = false }
        guard let final = rows.last else { return isFirst ? (true, []) : nil }
        last = final.report.reject
        return (isFirst, rows)
    }
}
