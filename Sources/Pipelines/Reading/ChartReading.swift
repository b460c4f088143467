internal import Charts
internal import Words

/// Reads the section `charts`: a chart is an export of pictures.
struct ChartReading {
    let findings: Findings
    /// What reads the keys that exports have, too.
    let exports: ExportReading

    func chart(_ entry: YAMLNode.Entry) -> Export {
        let node = entry.value
        let key = exports.key(node["key"])
        let plan = plan(of: node, key: key)
        let target = exports.targets(key: key, isWhole: key.isEmpty)
        let place = target.pictures(node["to"], formats: plan.formats)
        if let title = node["title"], let text = title.text {
            target.checkColumns(of: KeyedName(text), at: title.span)
        }
        if key.isEmpty { refuseMissing(in: node) }
        return exports.export(
            entry,
            key: key,
            to: .charts(source: place.source, name: place.name, plan),
            deletesMissing: !key.isEmpty && node["missing"]?.text == "delete"
        )
    }

    // MARK: What is drawn

    private func plan(of node: YAMLNode, key: [String]) -> ChartPlan {
        let kind = node["kind"]?.text.flatMap(Chart.Kind.init(rawValue:)) ?? .bar
        let y = node["y"]?.texts ?? []
        var plan = ChartPlan(kind, x: node["x"]?.text ?? "", y: y, series: node["series"]?.text)
        plan.title = node["title"]?.text ?? plan.title
        plan.numbers = node["numbers"]?.text.flatMap { NumberFormat($0) } ?? plan.numbers
        plan.absent = node["absent"]?.text.flatMap { .init(rawValue: $0) } ?? plan.absent
        plan.isSideways = node["sideways"]?.bool == true
        plan.formats = node["format"].map { findings.formats($0) } ?? [.svg]
        checkColumns(plan, key: key, in: node)
        if plan.isSideways, !kind.isBars { refuseSideways(in: node) }
        return plan
    }

    /// A column has one meaning, and series have their names from a column or from their values' columns.
    private func checkColumns(_ plan: ChartPlan, key: [String], in node: YAMLNode) {
        if plan.series != nil, plan.y.count > 1, let entry = node.entry("series") {
            findings.add(
                .keyConflict,
                at: entry.key.span,
                "`series` stands beside several columns of `y`, each of which is a series already",
                expected: "one column in `y`"
            )
        }
        var owners = Dictionary(key.map { ($0, "key") }, uniquingKeysWith: { first, _ in first })
        for column in plan.columns {
            if let owner = owners[column.name], let named = node[column.key] {
                findings.add(
                    .valueMalformed,
                    at: named.span,
                    "`\(column.key)` names the column `\(column.name)`, and so does `\(owner)`",
                    expected: "each column once"
                )
            }
            owners[column.name] = column.key
        }
    }

    private func refuseSideways(in node: YAMLNode) {
        guard let entry = node.entry("sideways") else { return }
        findings.add(
            .keyConflict,
            at: entry.key.span,
            "`sideways` stands beside a `kind` that has no bars",
            expected: "it only with `bar` and `stacked_bar`"
        )
    }

    private func refuseMissing(in node: YAMLNode) {
        guard let entry = node.entry("missing") else { return }
        findings.add(
            .keyConflict,
            at: entry.key.span,
            "`missing` stands where there is no `key`, and so one chart, which always is",
            expected: "it only with a `key`"
        )
    }
}

extension Findings {
    /// The formats that a list names; it may name each once.
    func formats<Format: RawRepresentable & Hashable>(_ node: YAMLNode) -> [Format]
    where Format.RawValue == String {
        let formats = node.texts.compactMap { Format(rawValue: $0) }
        if Set(formats).count < formats.count {
            add(
                .valueMalformed,
                at: node.span,
                "`format` names a format twice",
                expected: "each format once"
            )
        }
        return formats
    }
}

extension ExportTargetReading {
    /// The names of a chart's objects, as they stand there, and their source.
    func pictures(
        _ node: YAMLNode?,
        formats: [ChartFormat]
    ) -> (source: String, name: String) {
        guard let node, let place = node["object"], let name = place.text,
            node["source"]?.text != nil
        else { return ("", "") }
        checkName(name, of: formats, at: place.span)
        return (source(node, for: "object"), name)
    }

    private func checkName(_ name: String, of formats: [ChartFormat], at span: Span) {
        if key.contains("format") {
            return findings.add(
                .valueMalformed,
                at: span,
                "`{format}` is the format of a picture, and `format` is a column of the `key`",
                expected: "another name of the column"
            )
        }
        if formats.count > 1, !KeyedName(name).columns.contains("format") {
            findings.add(
                .valueMalformed,
                at: span,
                "`\(name)` is the name of more than one object: "
                    + formats.map(\.rawValue).inBackticks(),
                expected: "`{format}` in it"
            )
        }
        checkPath(name, at: span)
        let own = formats.first?.name(name) ?? KeyedName(name)
        checkNames(
            of: own,
            written: name,
            at: span,
            needsKey: true,
            "two charts",
            others: ["format"]
        )
    }
}
