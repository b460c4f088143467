/// Makes a pipeline of a definition's tree, and finds every problem on the way.
///
/// It goes on after a problem with whatever stands in for the broken part: the result is used only
/// when nothing was found.
struct PipelineReading {
    private let root: YAMLNode
    private let findings: Findings
    private let sql: SQLFileReading
    private let dashboards: [String: String]
    private let usedParameters: Set<String>

    /// The pipeline of `text`, or `nil` when there are errors: they are in `findings`.
    static func read(
        _ text: String,
        parameters: [String: String],
        files: any DefinitionFiles,
        findings: Findings
    ) -> Pipeline? {
        let file = DefinitionBundle.mainFile
        guard let tree = YAMLReader.read(text, file: file, findings: findings) else { return nil }
        let values = Parameters(of: tree, given: parameters, findings: findings)
        var substitution = ParameterSubstitution(values, findings: findings)
        let root = substitution.apply(to: tree)
        let name = YAMLNode.Key(text: file, span: .start(of: file))
        ShapeCheck(findings: findings).check(root, named: name, is: .record(Grammar.pipeline))
        let reading = PipelineReading(
            root: root,
            findings: findings,
            sql: SQLFileReading(files, parameters: values, findings: findings),
            dashboards: files.publishingDashboards(),
            usedParameters: substitution.used
        )
        let pipeline = reading.pipeline()
        return findings.hasErrors ? nil : pipeline
    }

    private func pipeline() -> Pipeline {
        let name = root["pipeline"]?.text ?? ""
        let credentials = CredentialReading(root, findings: findings)
        let usedCredentials = credentials.check(root)
        let sources = SourceReading(findings: findings).sources(in: root)
        let periods = PeriodReading(findings: findings).rule(in: root)
        checkTableNames()
        var tables = inPools(tables(sources: sources))
        tables.exports += published(sources: sources)
        reportUnused(tables, credentials: usedCredentials)
        return Pipeline(
            name: name,
            schema: schema(otherwise: name),
            periods: periods,
            sources: sources,
            dimensions: tables.dimensions,
            facts: tables.facts,
            marts: tables.marts,
            exports: tables.exports,
            credentials: credentials.credentials,
            limits: limits(in: root),
            tableLimits: tableLimits,
            description: root["description"]?.text,
            zone: root["zone"]?.text ?? "UTC",
            schedule: ScheduleReading(findings: findings, types: types).schedule(in: root),
            alerts: AlertReading(findings: findings).entries(in: root),
            pool: pool,
            concurrency: concurrency
        )
    }

    private var pool: String { root["pool"]?.text ?? "default" }

    private var concurrency: Int? {
        guard let node = root["concurrency"], let number = node.int else { return nil }
        guard (1...1000).contains(number) else {
            findings.add(
                .valueRange,
                at: node.span,
                "`concurrency` cannot be `\(number)`",
                expected: "a number of tasks, 1 to 1000"
            )
            return nil
        }
        return number
    }

    private var types: ColumnTypeReading {
        ColumnTypeReading(findings: findings, defaultZone: root["zone"]?.text ?? "UTC")
    }

    private var tableLimits: [String: Limits] {
        var limits: [String: Limits] = [:]
        for section in Self.sections {
            for entry in entries(section.name) where entry.value.entry("limits") != nil {
                limits[entry.name] = self.limits(in: entry.value)
            }
        }
        return limits
    }

    private func limits(in node: YAMLNode) -> Limits {
        let duration = { (name: String) in
            node["limits"]?[name]?.text.flatMap { WrittenDuration($0) }?.value
        }
        return Limits(idle: duration("idle"), total: duration("total"))
    }

    // MARK: Tables

    /// Tables that name no pool are in the pipeline's.
    private func inPools(_ tables: Tables) -> Tables {
        let sections = Self.sections.flatMap { entries($0.name) }
        let others = Set(sections.filter { $0.value.entry("pool") != nil }.map(\.name))
        func moved<Table>(
            _ tables: [Table],
            _ name: KeyPath<Table, String>,
            _ pool: WritableKeyPath<Table, String>
        ) -> [Table] {
            tables.map { table in
                var table = table
                if !others.contains(table[keyPath: name]) { table[keyPath: pool] = self.pool }
                return table
            }
        }
        return (
            moved(tables.dimensions, \.name, \.pool), moved(tables.facts, \.name, \.pool),
            moved(tables.marts, \.name, \.pool), moved(tables.exports, \.name, \.pool)
        )
    }

    private typealias Tables = (
        dimensions: [Dimension], facts: [Fact], marts: [Mart], exports: [Export]
    )

    private func tables(sources: [String: Source]) -> Tables {
        types.checkZone(root["zone"])
        let columns = ColumnReading(findings: findings, types: types, keys: dimensionKeys)
        let extracts = self.extracts(sources)
        let hasPeriods = root.entry("period") != nil
        let dimensions = DimensionReading(findings: findings, columns: columns, extracts: extracts)
        let facts = FactReading(
            findings: findings,
            columns: columns,
            extracts: extracts,
            hasPeriods: hasPeriods
        )
        let marts = MartReading(
            findings: findings,
            sql: sql,
            hasPeriods: hasPeriods,
            reads: reads
        )
        let tables = (
            tableEntries("dimensions").map(dimensions.dimension),
            tableEntries("facts").map(facts.fact),
            tableEntries("marts").map(marts.mart),
            exports(sources, reads)
        )
        checkCycles(dimensions: tables.0, marts: tables.2)
        checkCycles(exports: tables.3)
        RowWidthCheck(findings: findings)
            .check(
                Array(zip(tableEntries("dimensions"), tables.0)),
                Array(zip(tableEntries("facts"), tables.1))
            )
        return tables
    }

    private var reads: SQLReads {
        SQLReads(findings: findings, schema: warehouseSchema, tables: tableNames)
    }

    /// The panels of dashboards that are published.
    private func published(sources: [String: Source]) -> [Export] {
        PublicationReading(
            findings: findings,
            reads: reads,
            sources: sources,
            sourceNames: entries("sources").map(\.name),
            pool: pool
        )
        .exports(of: dashboards, butNot: Self.sections.flatMap { entries($0.name).map(\.name) })
    }

    /// The exports, and then the charts.
    private func exports(_ sources: [String: Source], _ reads: SQLReads) -> [Export] {
        let exports = ExportReading(
            findings: findings,
            sql: sql,
            reads: reads,
            sources: sources,
            sourceNames: entries("sources").map(\.name),
            exportNames: (entries("exports") + entries("charts")).map(\.name)
        )
        let charts = ChartReading(findings: findings, exports: exports)
        return tableEntries("exports").map(exports.export)
            + tableEntries("charts").map(charts.chart)
    }

    private func extracts(_ sources: [String: Source]) -> ExtractReading {
        ExtractReading(
            findings: findings,
            sources: sources,
            sourceNames: entries("sources").map(\.name),
            grain: root["period"]?["grain"]?.text.flatMap(PeriodGrain.init),
            schema: warehouseSchema,
            tables: tableNames
        )
    }

    private func entries(_ section: String) -> [YAMLNode.Entry] {
        root[section]?.entries ?? []
    }

    /// The entries of a section that are mappings; the others have been reported.
    private func tableEntries(_ section: String) -> [YAMLNode.Entry] {
        entries(section)
            .filter { entry in
                if case .mapping = entry.value.content { return true }
                return false
            }
    }

    private var warehouseSchema: String {
        root["warehouse"]?["schema"]?.text ?? root["pipeline"]?.text ?? ""
    }

    private var dimensionKeys: [String: [String]] {
        var keys: [String: [String]] = [:]
        for entry in entries("dimensions") {
            let isCalendar = entry.value.entry("calendar") != nil
            keys[entry.name] = isCalendar ? ["date"] : entry.value["key"]?.texts ?? []
        }
        return keys
    }

    private static let sections = [
        (name: "dimensions", prefix: "dim_", kind: "dimension"),
        (name: "facts", prefix: "fact_", kind: "fact"),
        (name: "marts", prefix: "mart_", kind: "mart"),
        (name: "exports", prefix: "export_", kind: "export"),
        (name: "charts", prefix: "export_", kind: "chart"),
    ]

    /// What SQL can read: exports and charts have no table.
    private var tableNames: [String: String] {
        var names: [String: String] = [:]
        for section in Self.sections where section.prefix != "export_" {
            for entry in entries(section.name) { names[section.prefix + entry.name] = entry.name }
        }
        return names
    }

    // MARK: Names

    private func schema(otherwise name: String) -> String {
        let node = root["warehouse"]?["schema"] ?? root["pipeline"]
        if let node, let schema = node.text, let use = ReservedNames.schema(schema) {
            findings.add(
                .nameReserved,
                at: node.span,
                "the schema `\(schema)` cannot be: \(use)",
                expected: "another name in `warehouse: { schema: … }`"
            )
        }
        return root["warehouse"]?["schema"]?.text ?? name
    }

    /// Dimensions, facts and marts share their names: `reads`, commands and tasks call them by it.
    private func checkTableNames() {
        var owners: [String: String] = [:]
        for section in Self.sections {
            for entry in entries(section.name) {
                if let owner = owners[entry.name] {
                    findings.add(
                        .nameTaken,
                        at: entry.key.span,
                        "the name `\(entry.name)` is taken: there is \(owner == "export" ? "an" : "a") \(owner) of that name",
                        expected: "another name for the \(section.kind)"
                    )
                }
                owners[entry.name] = section.kind
                checkRelation(entry, in: section)
                if section.name == "dimensions", let use = ReservedNames.dimension(entry.name) {
                    findings.add(
                        .nameReserved,
                        at: entry.key.span,
                        "the dimension `\(entry.name)` cannot be: \(use)",
                        expected: "another name"
                    )
                }
            }
        }
        if root.entry("dimensions") == nil, root.entry("facts") == nil,
            root.entry("pipeline") != nil
        {
            findings.add(
                .keyMissing,
                at: root.entry("pipeline")?.key.span ?? .start(of: DefinitionBundle.mainFile),
                "the pipeline has no tables",
                expected: "`dimensions`, `facts`, or both"
            )
        }
    }

    private func checkRelation(
        _ entry: YAMLNode.Entry,
        in section: (name: String, prefix: String, kind: String)
    ) {
        let others = entries(section.name).map(\.name)
        let clash = RelationNames.clash(of: entry.name, in: section.name, among: others)
        guard let clash else { return }
        findings.add(
            .nameTaken,
            at: entry.key.span,
            "the \(section.kind) `\(entry.name)` cannot be: its table would be called like \(clash)",
            expected: "another name"
        )
    }

    // MARK: Circles and leftovers

    private func checkCycles(dimensions: [Dimension], marts: [Mart]) {
        var needs: [String: [(name: String, span: Span)]] = [:]
        for entry in entries("dimensions") {
            for column in entry.value["columns"]?.entries ?? [] {
                guard let node = column.value["references"], let name = node.text else { continue }
                needs[entry.name, default: []].append((name, node.span))
            }
        }
        for (dimension, entry) in zip(dimensions, tableEntries("dimensions")) {
            let span = (entry.value["from"]?["each"] ?? entry.value).span
            needs[entry.name, default: []] +=
                dimension.extract?.calls?.each?.reads
                .map { ($0, span) } ?? []
        }
        CycleCheck(findings: findings, kind: "dimensions", needs: needs)
            .run(inOrder: entries("dimensions").map(\.name))
        // A mart that shares its name with another table has been reported.
        let others = (entries("dimensions") + entries("facts")).map(\.name)
        let names = marts.map(\.name).filter { !others.contains($0) }
        var martNeeds: [String: [(name: String, span: Span)]] = [:]
        for (mart, entry) in zip(marts, tableEntries("marts")) {
            let span = (entry.value["reads"] ?? entry.value["sql"])?.span ?? entry.key.span
            martNeeds[mart.name] = mart.reads.filter(names.contains).map { ($0, span) }
        }
        CycleCheck(findings: findings, kind: "marts", needs: martNeeds).run(inOrder: names)
    }

    private func checkCycles(exports: [Export]) {
        let names = exports.map(\.name)
        var needs: [String: [(name: String, span: Span)]] = [:]
        for (export, entry) in zip(exports, tableEntries("exports") + tableEntries("charts")) {
            let span = entry.value["after"]?.span ?? entry.key.span
            needs[export.name] = export.after.filter(names.contains).map { ($0, span) }
        }
        CycleCheck(findings: findings, kind: "exports", needs: needs).run(inOrder: names)
    }

    private func reportUnused(_ tables: Tables, credentials: Set<String>) {
        // After an error, what is unused may only be misspelt.
        guard !findings.hasErrors else { return }
        var used = Set(tables.facts.map(\.extract.source))
        used.formUnion(tables.dimensions.compactMap(\.source))
        used.formUnion(tables.exports.compactMap(\.target.source))
        let demands = tables.dimensions.map(\.demands) + tables.facts.map(\.demands)
        let expectations = demands.map(\.expectations)
        used.formUnion(expectations.flatMap(\.totals).map(\.extract.source))
        report(entries("credentials"), butNot: credentials, as: "credential")
        report(entries("sources"), butNot: used, as: "source")
        report(
            entries("parameters"),
            butNot: usedParameters.union(sql.usedParameters),
            as: "parameter"
        )
    }

    private func report(_ entries: [YAMLNode.Entry], butNot used: Set<String>, as kind: String) {
        for entry in entries where !used.contains(entry.name) {
            findings.add(
                .unused,
                at: entry.key.span,
                severity: .warning,
                "the \(kind) `\(entry.name)` is never used"
            )
        }
    }
}
