internal import Charts
internal import Foundation
internal import Words

/// Reads the panels of a dashboard.
struct PanelReading {
    let dashboard: DashboardReading
    /// What can be chosen beside them.
    let filters: [DashboardFilter]

    private var findings: Findings { dashboard.findings }

    /// The panel; `nil` for one with a problem, which was reported.
    func panel(_ node: YAMLNode) -> Panel? {
        guard let marker = Grammar.panelMarkers.first(where: { node.entry($0) != nil }),
            let titleNode = node[marker], let written = titleNode.text,
            let query = query(of: node), let title = text(titleNode)
        else { return nil }
        var columns = ColumnMentions(findings: findings)
        guard let kind = kind(marker, node, title, &columns) else { return nil }
        let note = node["note"].flatMap { text($0) }
        columns.add(title.columns, at: titleNode)
        if let note, let noteNode = node["note"] { columns.add(note.columns, at: noteNode) }
        return Panel(
            id: marker == "text" ? "text" : Self.slug(written),
            title: marker == "text" ? FigureText("") : title,
            kind: kind,
            query: query,
            width: width(of: node),
            note: note,
            format: format(node["format"] ?? ownFormat(marker, node["value"])),
            columns: columns.named
        )
    }

    private func kind(
        _ marker: String,
        _ node: YAMLNode,
        _ title: FigureText,
        _ columns: inout ColumnMentions
    ) -> Panel.Kind? {
        switch marker {
        case "text": return .text(title)
        case "big": return big(node, &columns).map { .big($0) }
        case "table": return .table(table(node, &columns))
        case "heat": return heat(node, &columns).map { .heat($0) }
        default: return chart(marker, node, &columns).map { .chart($0) }
        }
    }

    private func query(of node: YAMLNode) -> PanelQuery? {
        if let sql = node["sql"] { return dashboard.query(sql, filters: filters) }
        guard let name = node["query"], let text = name.text else { return nil }
        let queries = dashboard.root["queries"]
        if let sql = queries?[text] { return dashboard.query(sql, filters: filters) }
        let names = queries?.entries.map(\.name) ?? []
        findings.add(
            .nameUnknown,
            at: name.span,
            "there is no query `\(text)`",
            expected: names.isEmpty ? "one of `queries`" : names.inBackticks(),
            suggestion: suggestion(for: text, among: names)
        )
        return nil
    }

    private func text(_ node: YAMLNode) -> FigureText? {
        guard let text = node.text else { return nil }
        return dashboard.parsed(node) { () throws(FigureError) in
            try FigureTextParser.text(text)
        }
    }

    private func figure(_ text: String, at node: YAMLNode) -> Figure? {
        dashboard.parsed(node) { () throws(FigureError) in try FigureParser.figure(text) }
    }

    private func format(_ node: YAMLNode?) -> FigureFormat {
        node?.text.flatMap { FigureFormat($0) } ?? .plain
    }

    /// The format that stands beside the figure.
    private func ownFormat(_ marker: String, _ value: YAMLNode?) -> YAMLNode? {
        marker == "heat" ? value?.entries.first?.value : value?["format"]
    }

    private func width(of node: YAMLNode) -> Int {
        guard let node = node["width"], let width = node.int else { return 12 }
        if !(2...12).contains(width) {
            dashboard.report(.valueRange, node.span, "`width` cannot be `\(width)`", "2 to 12")
        }
        return width
    }

    // MARK: Large figures

    private func big(_ node: YAMLNode, _ columns: inout ColumnMentions) -> BigFigure? {
        guard let value = node["value"] else { return nil }
        var figures: [(figure: Figure, reduction: Figure.Reduction)] = []
        var whole: Figure?
        for entry in value.entries {
            let key = YAMLNode(
                content: .scalar(.init(text: entry.name, isPlain: true)),
                span: entry.key.span
            )
            switch entry.name {
            case "format": checkFormat(entry.value)
            case "of": whole = entry.value.text.flatMap { figure($0, at: entry.value) }
            default:
                guard let figure = figure(entry.name, at: key),
                    let reduction = reduction(entry.value)
                else { return nil }
                columns.add(figure.columns, at: key)
                figures.append((figure, reduction))
            }
        }
        guard let first = figures.first, figures.count == 1 else {
            dashboard.report(
                .valueMalformed,
                value.span,
                "`value` has \(counted(figures.count, "figure"))",
                "one figure and its row: `{ paid + pending: last }`"
            )
            return nil
        }
        if let whole, let of = value["of"] { columns.add(whole.columns, at: of) }
        return BigFigure(
            value: first.figure,
            reduction: first.reduction,
            whole: whole,
            comparison: comparison(node["against"]),
            spark: node["spark"]?.text.flatMap(BigFigure.Spark.init)
        )
    }

    private func reduction(_ node: YAMLNode) -> Figure.Reduction? {
        guard let text = node.text else { return nil }
        if let reduction = Figure.Reduction(rawValue: text) { return reduction }
        let names = Figure.Reduction.allCases.map(\.rawValue)
        findings.add(
            .valueMalformed,
            at: node.span,
            "`\(text)` says no row",
            expected: names.inBackticks(),
            suggestion: suggestion(for: text, among: names)
        )
        return nil
    }

    private func checkFormat(_ node: YAMLNode) {
        guard let text = node.text, FigureFormat(text) == nil else { return }
        findings.add(
            .valueMalformed,
            at: node.span,
            "there is no format `\(text)`",
            expected: FigureFormat.names.inBackticks(),
            suggestion: suggestion(for: text, among: FigureFormat.names)
        )
    }

    private func comparison(_ node: YAMLNode?) -> BigFigure.Comparison? {
        guard let node else { return nil }
        let previous = node["previous"]?.int ?? 1
        if previous < 1, let span = node["previous"]?.span {
            dashboard.report(.valueRange, span, "`previous` cannot be `\(previous)`", "1 or more")
        }
        return BigFigure.Comparison(
            previous: previous,
            isShare: node["as"]?.text != "difference",
            upIsGood: node["good"]?.text.map { $0 == "up" }
        )
    }

    // MARK: Charts

    private func chart(
        _ marker: String,
        _ node: YAMLNode,
        _ columns: inout ColumnMentions
    ) -> PanelChart? {
        guard let xNode = node["x"], let x = values(xNode, &columns) else { return nil }
        let split = node["stack"] ?? node["series"]
        let series = split.flatMap { self.split($0, &columns) } ?? self.columns(node["y"], &columns)
        guard let series else { return nil }
        let hover = node["hover"]
        for item in hover?.items ?? [] { columns.add([item.text ?? ""], at: item) }
        return PanelChart(
            kind: kind(marker, node),
            x: x,
            series: series,
            isSideways: node["sideways"]?.bool == true,
            hover: hover?.texts ?? [],
            target: target(node["target"])
        )
    }

    private func kind(_ marker: String, _ node: YAMLNode) -> Chart.Kind {
        switch marker {
        case "line": node["cumulative"]?.bool == true ? .cumulativeLine : .line
        case "area": .area
        default: node.entry("stack") == nil ? .bar : .stackedBar
        }
    }

    /// A column, or one with words for its values.
    private func values(_ node: YAMLNode, _ columns: inout ColumnMentions) -> NamedValues? {
        if let name = node.text {
            columns.add([name], at: node)
            return NamedValues(column: name)
        }
        guard let entry = node.entries.first, node.entries.count == 1 else {
            dashboard.report(
                .valueMalformed,
                node.span,
                "\(counted(node.entries.count, "column")) stand here",
                "one column with words for its values"
            )
            return nil
        }
        columns.add([entry.name], at: entry.key)
        let words = entry.value.entries.map { (ExactText($0.name), $0.value.text ?? "") }
        return NamedValues(
            column: entry.name,
            names: Dictionary(words, uniquingKeysWith: { first, _ in first }),
            order: words.map(\.0)
        )
    }

    /// `{ by: kind, y: amount, most: 4 }`, or columns.
    private func split(_ node: YAMLNode, _ columns: inout ColumnMentions) -> PanelChart.Series? {
        guard let by = node["by"], let name = by.text else { return self.columns(node, &columns) }
        for entry in node.entries where !["by", "y", "most"].contains(entry.name) {
            dashboard.report(
                .keyUnknown,
                entry.key.span,
                "series by a column have no key `\(entry.name)`",
                "one of `by`, `y`, `most`"
            )
        }
        guard let y = node["y"], let value = y.text else {
            dashboard.report(.keyMissing, node.span, "series by a column need the key `y`")
            return nil
        }
        columns.add([name], at: by)
        columns.add([value], at: y)
        let most = node["most"]?.int ?? Chart.mostSeriesShown
        if let span = node["most"]?.span, !(1...Chart.mostSeriesGiven).contains(most) {
            dashboard.report(.valueRange, span, "`most` cannot be `\(most)`", "1 or more")
        }
        return .rows(by: name, y: value, most: min(most, Chart.mostSeriesShown))
    }

    private func columns(
        _ node: YAMLNode?,
        _ columns: inout ColumnMentions
    ) -> PanelChart.Series? {
        guard let node else { return nil }
        if let name = node.text {
            columns.add([name], at: node)
            return .columns([(name, DashboardReading.title(name))])
        }
        for entry in node.entries { columns.add([entry.name], at: entry.key) }
        return .columns(node.entries.map { ($0.name, $0.value.text ?? $0.name) })
    }

    private func target(_ node: YAMLNode?) -> PanelChart.Target? {
        guard let node, let written = node["value"], let text = written.text else { return nil }
        guard let value = Quantity(text) else {
            dashboard.report(.valueMalformed, written.span, "`\(text)` is no number")
            return nil
        }
        return PanelChart.Target(
            value: value,
            isSpread: node["spread"]?.text == "evenly",
            name: node["name"]?.text ?? "target"
        )
    }

    // MARK: Tables

    private func table(_ node: YAMLNode, _ columns: inout ColumnMentions) -> PanelTable {
        for entry in node["columns"]?.entries ?? [] { columns.add([entry.name], at: entry.key) }
        let rows = node["rows"]?.int ?? 10
        if let span = node["rows"]?.span, !(1...1_000).contains(rows) {
            dashboard.report(.valueRange, span, "`rows` cannot be `\(rows)`", "1 to 1000")
        }
        return PanelTable(
            columns: (node["columns"]?.entries ?? []).map { column($0, &columns) },
            rows: rows
        )
    }

    private func column(
        _ entry: YAMLNode.Entry,
        _ columns: inout ColumnMentions
    ) -> PanelTable.Column {
        let node = entry.value
        if let link = node["link"], let path = link.text { checkLink(path, at: link, &columns) }
        return PanelTable.Column(
            name: entry.name,
            title: node["title"]?.text ?? DashboardReading.title(entry.name),
            link: node["link"]?.text,
            format: node["format"].map { format($0) },
            hasBar: node["bar"]?.bool == true,
            colours: (node["colour"]?.items ?? []).compactMap { colour($0) },
            upIsGood: node["good"]?.text.map { $0 == "up" }
        )
    }

    private func checkLink(_ path: String, at node: YAMLNode, _ columns: inout ColumnMentions) {
        columns.add(Set(KeyedName(path).columns), at: node)
        guard
            path.utf8.first != UInt8(ascii: "/") || path.utf8.dropFirst().first == UInt8(ascii: "/")
        else { return }
        dashboard.report(
            .valueMalformed,
            node.span,
            "`link` leads out of the console: `\(path)`",
            "a path of the console: `/tables/invoices/dim_customer/rows/{customer_id}`"
        )
    }

    private func colour(_ node: YAMLNode) -> PanelTable.Column.Colour? {
        guard let meaning = node["as"]?.text.flatMap(PanelTable.Column.Meaning.init) else {
            return nil
        }
        let bounds = ["below", "above"]
            .map { key -> Quantity? in
                guard let node = node[key], let text = node.text else { return nil }
                if let number = Quantity(text) { return number }
                dashboard.report(.valueMalformed, node.span, "`\(text)` is no number")
                return nil
            }
        return .init(below: bounds[0], above: bounds[1], meaning: meaning)
    }

    private func heat(_ node: YAMLNode, _ columns: inout ColumnMentions) -> HeatMap? {
        guard let xNode = node["x"], let yNode = node["y"], let value = node["value"],
            let x = values(xNode, &columns), let y = values(yNode, &columns)
        else { return nil }
        guard let entry = value.entries.first, value.entries.count == 1 else {
            dashboard.report(
                .valueMalformed,
                value.span,
                "`value` has \(counted(value.entries.count, "column"))",
                "one column and its format: `{ amount: money.short }`"
            )
            return nil
        }
        checkFormat(entry.value)
        columns.add([entry.name], at: entry.key)
        return HeatMap(x: x, y: y, value: entry.name)
    }

    // MARK: Names

    /// A title in an address: `Sales by month` is `sales-by-month`.
    private static func slug(_ title: String) -> String {
        var slug = ""
        for scalar in title.decomposedStringWithCanonicalMapping.lowercased().unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9": slug.unicodeScalars.append(scalar)
            case _ where scalar.properties.canonicalCombiningClass != .notReordered: break
            default: if !slug.isEmpty, slug.utf8.last != UInt8(ascii: "-") { slug += "-" }
            }
        }
        while slug.utf8.last == UInt8(ascii: "-") { slug.removeLast() }
        return slug.isEmpty ? "panel" : String(slug.prefix(60))
    }
}

/// The columns that a panel names, and where: its query has to have them.
private struct ColumnMentions {
    let findings: Findings
    private(set) var named: [NamedColumn] = []

    init(findings: Findings) { self.findings = findings }

    mutating func add(_ columns: Set<String>, at node: YAMLNode) {
        for column in columns.sorted() { add(column, node.span) }
    }

    mutating func add(_ columns: Set<String>, at key: YAMLNode.Key) {
        for column in columns.sorted() { add(column, key.span) }
    }

    private mutating func add(_ column: String, _ span: Span) {
        named.append(
            NamedColumn(name: column, position: span.position, length: span.length)
        )
    }
}
