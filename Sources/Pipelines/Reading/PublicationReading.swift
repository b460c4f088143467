internal import Words

/// Reads `publish` of the panels of dashboards: each is an export.
struct PublicationReading {
    let findings: Findings
    let reads: SQLReads
    let sources: [String: Source]
    /// The names of all sources, those with problems among them.
    let sourceNames: [String]
    /// The queue of a panel that names none.
    let pool: String

    /// The exports that dashboards are.
    ///
    /// - Parameters:
    ///   - texts: The texts of dashboards' files, by their paths.
    ///   - taken: The names of tables and exports.
    /// - Returns: The exports, in the order of the files.
    func exports(of texts: [String: String], butNot taken: [String]) -> [Export] {
        var names = Set(taken)
        var exports: [Export] = []
        for (file, text) in texts.sorted(by: { $0.key < $1.key }) {
            for part in DashboardReading.panels(text, file: file, findings: findings) {
                guard let entry = part.node.entry("publish") else { continue }
                let export = export(part, entry)
                if !names.insert(export.name).inserted { reportTaken(export.name, at: entry) }
                exports.append(export)
            }
        }
        return exports
    }

    private func export(_ part: DashboardReading.Part, _ entry: YAMLNode.Entry) -> Export {
        let node = entry.value
        let publication = PanelPublication(
            dashboard: part.dashboard.name,
            panel: part.panel,
            filters: part.filters,
            formats: formats(node["format"], of: part.panel)
        )
        let scan = SQLScan(part.panel.query.sql)
        return Export(
            name: Self.name(part.dashboard.name, part.panel.id),
            query: scan.query,
            reads: reads.mentions(in: [scan]),
            key: [],
            target: .panel(
                source: target.source(node, for: "object"),
                name: name(node["object"], publication.formats),
                publication
            ),
            patience: node["wait"]?["for"]?.text
                .flatMap { WrittenDuration($0, atLeast: 0) }?
                .value,
            pool: node["pool"]?.text ?? pool,
            description: node["description"]?.text
        )
    }

    private var target: ExportTargetReading {
        ExportTargetReading(
            findings: findings,
            sources: sources,
            sourceNames: sourceNames,
            key: [],
            isWhole: true
        )
    }

    // MARK: Names

    /// A name that tables of the ledger can have: `sales-by-month` of `shop` is `shop_sales_by_month`.
    private static func name(_ dashboard: String, _ panel: String) -> String {
        let id = panel.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
        let name = "\(dashboard)_\(String(decoding: id, as: UTF8.self))"
        return String(decoding: name.utf8.prefix(Identifier.maximumLength), as: UTF8.self)
    }

    private func reportTaken(_ name: String, at entry: YAMLNode.Entry) {
        findings.add(
            .nameTaken,
            at: entry.key.span,
            "the panel would be published as `\(name)`, and something else is called so",
            expected: "another title of the panel, or another name of the dashboard"
        )
    }

    private func name(_ node: YAMLNode?, _ formats: [PanelFormat]) -> String {
        guard let node, let name = node.text else { return "" }
        target.checkPath(name, at: node.span)
        target.checkColumns(
            of: PanelFormat.csv.name(name),
            at: node.span,
            others: ["format"]
        )
        if formats.count > 1, !KeyedName(name).columns.contains("format") {
            findings.add(
                .valueMalformed,
                at: node.span,
                "`\(name)` has no `{format}` in it, so its files could not be told apart",
                expected: "`{format}` in it: `board/sales.{format}`"
            )
        }
        return name
    }

    // MARK: Formats

    private func formats(_ node: YAMLNode?, of panel: Panel) -> [PanelFormat] {
        guard let node else { return [] }
        let formats: [PanelFormat] = findings.formats(node)
        if case .chart = panel.kind { return formats }
        if let picture = formats.first(where: \.isPicture) {
            findings.add(
                .valueMalformed,
                at: node.span,
                "the panel has no picture, so there is no `\(picture.rawValue)` of it",
                expected: PanelFormat.allCases.filter { !$0.isPicture }.map(\.rawValue)
                    .inBackticks(separator: " or ")
            )
        }
        return formats
    }
}
