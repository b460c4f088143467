internal import Charts
internal import Words

/// Makes a dashboard of a file's tree, and finds every problem on the way.
///
/// As with pipelines it goes on after a problem, and what comes of it is used only when nothing was found.
struct DashboardReading {
    let root: YAMLNode
    let file: String
    let text: String
    let findings: Findings

    /// The dashboard of `text`; `nil` when there are errors: they are in `findings`.
    static func read(_ text: String, file: String, findings: Findings) -> Dashboard? {
        let dashboard = DashboardReading(text, file: file, findings: findings)?.dashboard()
        return findings.hasErrors ? nil : dashboard
    }

    /// A panel, and where it is written.
    struct Part {
        let dashboard: Dashboard
        let panel: Panel
        /// What can be chosen beside it.
        let filters: [DashboardFilter]
        let node: YAMLNode
    }

    /// The panels of `text`; none when there are errors: they are in `findings`.
    static func panels(_ text: String, file: String, findings: Findings) -> [Part] {
        guard let reading = DashboardReading(text, file: file, findings: findings) else {
            return []
        }
        let dashboard = reading.dashboard()
        guard !findings.hasErrors else { return [] }
        let tabs = reading.root["tabs"].map { $0.entries.map(\.value) } ?? [reading.root]
        return zip(dashboard.tabs, tabs)
            .flatMap { tab, node in
                zip(tab.panels, node["panels"]?.items ?? [])
                    .map {
                        Part(dashboard: dashboard, panel: $0, filters: tab.filters, node: $1)
                    }
            }
    }

    /// Reads the tree of `text`; `nil` where it is none.
    private init?(_ text: String, file: String, findings: Findings) {
        guard let root = YAMLReader.read(text, file: file, findings: findings) else { return nil }
        let name = YAMLNode.Key(text: file, span: .start(of: file))
        ShapeCheck(findings: findings).check(root, named: name, is: .record(Grammar.dashboard))
        (self.root, self.file, self.text, self.findings) = (root, file, text, findings)
    }

    private func dashboard() -> Dashboard {
        let name = root["dashboard"]?.text ?? ""
        let tabs = tabs()
        return Dashboard(
            name: name,
            title: root["title"]?.text ?? name,
            description: root["description"]?.text,
            money: root["money"]?.text,
            tabs: tabs,
            warnings: warnings(about: tabs.flatMap(\.panels)),
            access: DashboardAccess(
                readers: root["access"]?["readers"]?.texts ?? [],
                export: root["access"]?["export"]?.texts ?? []
            ),
            file: file,
            text: text
        )
    }

    // MARK: Tabs and filters

    private func tabs() -> [DashboardTab] {
        let shared = filters(root["filters"])
        var ids: Set<String> = []
        guard let tabs = root["tabs"] else {
            return [DashboardTab(title: "", filters: shared, panels: panels(root, shared, &ids))]
        }
        return tabs.entries.map { entry in
            let own = filters(entry.value["filters"])
            let names = Set(own.map(\.name))
            let filters = shared.filter { !names.contains($0.name) } + own
            return DashboardTab(
                title: entry.name,
                filters: filters,
                panels: panels(entry.value, filters, &ids)
            )
        }
    }

    private func filters(_ node: YAMLNode?) -> [DashboardFilter] {
        (node?.entries ?? [])
            .compactMap { entry in
                filter(entry)
                    .map {
                        DashboardFilter(
                            name: entry.name,
                            title: entry.value["title"]?.text ?? Self.title(entry.name),
                            kind: $0
                        )
                    }
            }
    }

    private func filter(_ entry: YAMLNode.Entry) -> DashboardFilter.Kind? {
        let node = entry.value
        switch node["type"]?.text {
        case "choice": return choice(entry)
        case "months": return period(entry, .month)
        case "days": return period(entry, .day)
        default: return nil
        }
    }

    private func choice(_ entry: YAMLNode.Entry) -> DashboardFilter.Kind? {
        refuse(["default"], of: entry.value, "a choice has no default: all is shown")
        if (SQLPlaceholder.names + ["period", "tab", "x", "y"]).contains(entry.name) {
            report(.nameReserved, entry.key.span, "a choice cannot be called `\(entry.name)`")
        }
        guard let node = entry.value["of"] else {
            findings.add(
                .keyMissing,
                at: entry.key.span,
                "a choice needs the key `of`",
                expected: "`of: \"select distinct country from dim_customer order by 1\"`"
            )
            return nil
        }
        return query(node, filters: [])
            .map { .choice($0, isMany: entry.value["many"]?.bool == true) }
    }

    private func period(_ entry: YAMLNode.Entry, _ grain: PeriodGrain) -> DashboardFilter.Kind? {
        refuse(["of", "many"], of: entry.value, "a span of time is not chosen from a query")
        if entry.name != "period" {
            findings.add(
                .nameMalformed,
                at: entry.key.span,
                "the span of time cannot be called `\(entry.name)`",
                expected: "`period`: SQL has it as `:period_start` and `:period_end`"
            )
        }
        guard let node = entry.value["default"] else { return .period(grain, .last(12)) }
        if let text = node.text { return .period(grain, last(text, grain, at: node) ?? .last(12)) }
        guard let first = label(node["first"], grain), let last = label(node["last"], grain) else {
            return .period(grain, .last(12))
        }
        if last < first, let span = node["last"]?.span {
            findings.add(
                .valueRange,
                at: span,
                "the last period `\(last.label)` lies before the first",
                expected: "`\(first.label)` or later"
            )
        }
        return .period(grain, .fixed(first, last))
    }

    private func label(_ node: YAMLNode?, _ grain: PeriodGrain) -> Period? {
        guard let node, let text = node.text else { return nil }
        if let period = Period(text, grain: grain) { return period }
        findings.add(
            .valueMalformed,
            at: node.span,
            "`\(text)` is no \(grain.rawValue)",
            expected: "a \(grain.rawValue), written `\(grain.example)`"
        )
        return nil
    }

    /// `last 12 months`.
    private func last(_ text: String, _ grain: PeriodGrain, at node: YAMLNode) -> PeriodDefault? {
        let words = text.utf8.split(separator: UInt8(ascii: " ")).map { Substring($0) }
        if words.count == 3, words[0] == "last", let count = digits(words[1]),
            (1...DashboardFilter.mostPeriods).contains(count),
            [grain.rawValue, grain.rawValue + "s"].contains(String(words[2]))
        {
            return .last(count)
        }
        findings.add(
            .valueMalformed,
            at: node.span,
            "`default` cannot be `\(text)`",
            expected: "`last 12 \(grain.rawValue)s`, at most \(DashboardFilter.mostPeriods); or "
                + "`{ first: \(grain.example), last: \(grain.example) }`"
        )
        return nil
    }

    // MARK: Panels

    private func panels(
        _ node: YAMLNode,
        _ filters: [DashboardFilter],
        _ ids: inout Set<String>
    ) -> [Panel] {
        let reading = PanelReading(dashboard: self, filters: filters)
        return (node["panels"]?.items ?? [])
            .compactMap { item in
                guard var panel = reading.panel(item) else { return nil }
                panel.id = Self.free(panel.id, &ids)
                return panel
            }
    }

    private static func free(_ id: String, _ taken: inout Set<String>) -> String {
        var candidate = id
        var number = 2
        while !taken.insert(candidate).inserted {
            candidate = "\(id)-\(number)"
            number += 1
        }
        return candidate
    }

    private func warnings(about panels: [Panel]) -> [DashboardWarning] {
        (root["alerts"]?.items ?? []).compactMap { warning($0, about: panels) }
    }

    private func warning(_ node: YAMLNode, about panels: [Panel]) -> DashboardWarning? {
        guard let when = node["when"], let name = node["panel"], let title = name.text,
            let condition = condition(when), let text = node["say"]?.text
        else { return nil }
        guard let panel = panels.first(where: { $0.title.plain == title }) else {
            findings.add(
                .nameUnknown,
                at: name.span,
                "there is no panel `\(title)`",
                expected: "the title of a panel",
                suggestion: suggestion(for: title, among: panels.map(\.title.plain))
            )
            return nil
        }
        return DashboardWarning(panel: panel.id, condition: condition, text: text)
    }

    /// The braces around the figure say where it ends; what stands behind them is the comparison.
    private func condition(_ node: YAMLNode) -> FigureCondition? {
        guard let text = node.text else { return nil }
        let blank = String(
            decoding: text.utf8.map { "{}".utf8.contains($0) ? UInt8(ascii: " ") : $0 },
            as: UTF8.self
        )
        return parsed(node) { () throws(FigureError) in try FigureParser.condition(blank) }
    }

    // MARK: What panels need, too

    /// A query, after its placeholders were looked at.
    func query(
        _ node: YAMLNode,
        filters: [DashboardFilter]
    ) -> PanelQuery? {
        guard let sql = node.text else { return nil }
        let query = PanelQuery(sql: sql, origin: SQLOrigin(of: node, in: findings))
        let scan = SQLScan(sql)
        if let problem = scan.problem ?? scan.statementProblem {
            findings.add(
                .sqlStatement,
                at: span(query, problem.position, 1),
                problem.message,
                expected: problem.expected
            )
        }
        let known = filters.flatMap { $0.isPeriod ? SQLPlaceholder.names : [$0.name] }
        for placeholder in scan.placeholders where !known.contains(placeholder.name) {
            findings.add(
                .sqlPlaceholder,
                at: span(query, placeholder.position, placeholder.name.unicodeScalars.count + 1),
                "`:\(placeholder.name)` stands for nothing",
                expected: known.isEmpty
                    ? "a filter of that name" : known.map { "`:\($0)`" }.joined(separator: " or "),
                suggestion: suggestion(for: placeholder.name, among: known).map { ":" + $0 }
            )
        }
        return query
    }

    private func span(
        _ query: PanelQuery,
        _ place: Diagnostic.Position,
        _ length: Int
    ) -> Span {
        Span(
            file: file,
            position: query.origin.position(of: place),
            length: query.origin.isExact ? length : 1
        )
    }

    /// What a text is read as; what is wrong with it is reported where it stands.
    func parsed<Value>(
        _ node: YAMLNode,
        _ parse: () throws(FigureError) -> Value
    ) -> Value? {
        do throws(FigureError) {
            return try parse()
        } catch {
            findings.add(
                .valueMalformed,
                at: findings.span(of: node, offset: error.offset, length: error.length),
                error.message,
                expected: error.expected
            )
            return nil
        }
    }

    func report(_ code: Diagnostic.Code, _ span: Span, _ message: String, _ expected: String? = nil)
    {
        findings.add(code, at: span, message, expected: expected)
    }

    private func refuse(_ keys: [String], of node: YAMLNode, _ reason: String) {
        for key in keys.compactMap(node.entry) {
            report(.keyConflict, key.key.span, "`\(key.name)` has no place here: \(reason)")
        }
    }

    /// `customer_id` as a head: `Customer id`.
    static func title(_ name: String) -> String {
        let words = name.utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: " ") : $0 }
        let first = words.first.map { (97...122).contains($0) ? $0 - 32 : $0 }
        return String(decoding: (first.map { [$0] } ?? []) + words.dropFirst(), as: UTF8.self)
    }
}

extension DashboardFilter {
    /// The most periods that can be shown.
    package static let mostPeriods = 400
}
