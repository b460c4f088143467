import Inquiry
import Ledger
import Pages
import Planning

extension Route {
    static let tables = [
        Route(
            "/tables",
            "The tables of the star, and how fresh they are",
            tab: .tables,
            parameters: [RouteParameter("pipeline", "Of this pipeline")],
            page: { site, call in
                TablesPage(
                    tables: try await site.desks.tables.summaries(
                        ofPipeline: call.value("pipeline")
                    ),
                    pipeline: call.value("pipeline")
                )
            }
        ),
        Route(
            "/tables/{schema}/{table}",
            "A table: columns, where it comes from, rows by period",
            tab: .tables,
            page: { try await $0.table($1) }
        ),
        Route(
            "/tables/{schema}/{table}/rows",
            "Rows with a key, and where they came from",
            tab: .tables,
            leastRole: .operator,
            parameters: [
                RouteParameter(
                    "key",
                    "A value of the grain, the business key, or a mart's period",
                    repeats: true,
                    takesEmpty: true
                )
            ],
            page: { try await $0.trace($1, key: $1.all("key")) }
        ),
        Route(
            "/tables/{schema}/{table}/rows/{key}",
            "Rows whose key is one value, and where they came from",
            tab: .tables,
            leastRole: .operator,
            page: { try await $0.trace($1, key: [$1.place("key")]) }
        ),
    ]
}

extension ConsoleSite {
    fileprivate func table(_ call: RouteCall) async throws -> TablePage? {
        let (schema, table) = (call.place("schema"), call.place("table"))
        guard let report = try await desks.tables.report(table, in: schema) else { return nil }
        var filter = RejectFilter()
        filter.table = "\(schema).\(table)"
        return TablePage(
            table: report,
            origins: try await newestDefinition(ofPipeline: report.summary.pipeline)
                .flatMap { TableOrigins(table: table, in: $0) },
            rejects: try await desks.rejects.groups(filter)
        )
    }

    /// It is read by the login that may read the warehouse's tables.
    fileprivate func trace(_ call: RouteCall, key: [String]) async throws -> TracePage? {
        let (schema, table) = (call.place("schema"), call.place("table"))
        for value in key where value.utf8.contains(0) { throw ParameterError.unfitPath }
        noteLook(call.visit, "rows of \(schema).\(table) by their key")
        do {
            let rows = try await ledger.traces.trace("\(schema).\(table)", key: key)
            return TracePage(schema: schema, table: table, key: key, rows: rows)
        } catch let error as InquiryError {
            return TracePage(
                schema: schema,
                table: table,
                key: key,
                rows: [],
                problem: error.description
            )
        }
    }
}
