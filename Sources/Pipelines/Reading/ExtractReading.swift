internal import Rows
internal import Words

/// Reads `from`: which rows of which source.
struct ExtractReading {
    let findings: Findings
    let sources: [String: Source]
    /// The names of all sources, those with problems among them.
    let sourceNames: [String]
    /// How long a period is; `nil` where the pipeline has none.
    let grain: PeriodGrain?
    /// Whether objects with labels of periods are all read, in the order of their periods.
    var readsEveryPeriod = false
    /// The schema of the pipeline's tables.
    let schema: String
    /// The names of all tables by the names that SQL calls them.
    let tables: [String: String]

    /// The rows that `table` reads; `isByPeriod` tells whether it is loaded by period.
    func extract(of table: YAMLNode, isByPeriod: Bool) -> Extract {
        extract(from: table["from"], isByPeriod: isByPeriod)
    }

    /// The rows that a mapping with `source` names.
    func extract(from: YAMLNode?, isByPeriod: Bool) -> Extract {
        let name = from?["source"]?.text ?? ""
        if let from { check(from, source: name) }
        let selection: Extract.Selection
        if let query = from?["query"], let text = query.text {
            checkQuery(text, of: sources[name], at: query.span, isByPeriod: isByPeriod)
            selection = .query(text)
        } else if let collection = from?["collection"], let text = collection.text {
            let filter = from?["filter"]
            let reading = DocumentReading(findings: findings, isByPeriod: isByPeriod)
            reading.checkCollection(text, at: collection.span)
            selection = .documents(
                collection: text,
                filter: filter.flatMap(reading.filter),
                shape(from)
            )
        } else if let from, from.entry("get") != nil {
            let reading = CallReading(findings: findings, schema: schema, tables: tables)
            selection = .calls(reading.calls(in: from, isByPeriod: isByPeriod))
        } else {
            let entry = from?.objects
            if let entry, let pattern = entry.value.text {
                checkPattern(pattern, of: entry, isByPeriod: isByPeriod)
            }
            selection = .objects(pattern: entry?.value.text ?? "", format: format(from))
        }
        var extract = Extract(
            source: name,
            selection: selection,
            patience: from?["wait"]?["for"]?.text
                .flatMap { WrittenDuration($0, atLeast: 0) }?
                .value
        )
        extract.unchangedBy = from.flatMap { watermark(in: $0, of: sources[name]) }
        if readsEveryPeriod, extract.isCutByPeriod, extract.readsObjects {
            extract.everyPeriod = grain
        }
        return extract
    }

    /// Tells the columns of a table that read what its source is known not to have.
    func checkSources(of columns: Columns, in extract: Extract) {
        for attribute in columns.attributes where attribute.plan.expression == nil {
            let plan = attribute.plan
            check(plan.source, readBy: attribute.name, as: plan.type, in: extract, columns)
        }
        for reference in columns.references {
            for source in reference.from {
                check(source, readBy: reference.name, in: extract, columns)
            }
        }
        checkDeclared(columns, in: extract)
    }

    /// Tells the columns of a table that read what its files do not have, where the files' columns are
    /// declared.
    private func checkDeclared(_ columns: Columns, in extract: Extract) {
        guard let format = extract.format, let names = format.declaredColumns else { return }
        let attributes = columns.attributes.filter { $0.plan.expression == nil }
        let read =
            attributes.map { ($0.name, [$0.plan.source]) }
            + columns.references.map { ($0.name, $0.from) }
        for (name, sources) in read {
            for source in sources
            where !names.contains(source) && InputColumn(rawValue: source) == nil {
                guard let entry = columns.entry(name) else { continue }
                findings.add(
                    .nameUnknown,
                    at: entry.value["from"]?.span ?? entry.key.span,
                    "the file has no column `\(source)`",
                    expected:
                        "a name among `\(format.declaringKey)`, beside `\(format.key)`",
                    suggestion: suggestion(for: source.text, among: names.texts)
                )
            }
        }
    }

    /// Only files and objects have a name and a time, and the time is an instant; a reference has no type.
    private func check(
        _ source: ExactText,
        readBy name: String,
        as type: ColumnType? = nil,
        in extract: Extract,
        _ columns: Columns
    ) {
        guard let column = InputColumn(rawValue: source), let entry = columns.entry(name) else {
            return
        }
        if !extract.readsObjects {
            findings.add(
                .sourceKind,
                at: entry.value["from"]?.span ?? entry.key.span,
                "what a query gives has no `\(column.rawValue)`",
                expected: "a column of the query, or a source of files"
            )
        }
        checkPeriod(column, of: entry, in: extract)
        if column == .time, !columns.unreadable.contains(entry.name),
            let type, !type.isTimestamp
        {
            findings.add(
                .typeMismatch,
                at: entry.value["type"]?.span ?? entry.key.span,
                "`{file_time}` cannot be read as `\(entry.name)`",
                expected: "`type: timestamp`"
            )
        }
    }

    /// Only objects whose names have labels are of a period.
    private func checkPeriod(
        _ column: InputColumn,
        of entry: YAMLNode.Entry,
        in extract: Extract
    ) {
        guard column == .period, let pattern = extract.pattern,
            !ObjectPattern(pattern).isByPeriod
        else { return }
        findings.add(
            .periodMissing,
            at: entry.value["from"]?.span ?? entry.key.span,
            "the files of `\(pattern)` are of no period, which `\(entry.name)` reads",
            expected: "`{period}`, or another label, in the files' name"
        )
    }

    private func check(_ from: YAMLNode, source name: String) {
        if let node = from["source"], node.text != nil, !sourceNames.contains(name) {
            findings.add(
                .nameUnknown,
                at: node.span,
                "there is no source `\(name)`",
                expected: "a name under `sources`",
                suggestion: suggestion(for: name, among: sourceNames)
            )
        }
        if let source = sources[name] {
            let own = source.kind.selectionKeys
            let other = own.map { "a `\($0)`" }.joined(separator: ", or ")
            for refused in Self.selectionKeys where !own.contains(refused) {
                refuse(refused, in: from, "`\(name)` is \(source.kind.title)", other)
            }
        }
        refuse(CSVDialectReading.keys, besideOthersThan: ["csv"], in: from)
        refuse(FixedWidthReading.keys, besideOthersThan: ["fixed"], in: from)
        refuse(FormatGrammar.shared, besideOthersThan: ["csv", "fixed"], in: from)
        refuse(["rows"], besideOthersThan: ["json", "get"], in: from)
        refuse(["filter"], besideOthersThan: ["collection"], in: from)
        refuse(["unchanged_by"], besideOthersThan: ["query"], in: from)
        refuse(
            RowShapeReading.keys,
            besideOthersThan: ["jsonl", "json", "collection", "get"],
            in: from
        )
        let keys = Grammar.callKeys.map(\.name).filter { $0 != "get" }
        refuse(keys, besideOthersThan: ["get"], in: from)
    }

    private static let selectionKeys = SourceKind.selectionKeys

    /// Refuses keys that are about one kind of reading beside another one.
    private func refuse(_ keys: [String], besideOthersThan kinds: [String], in from: YAMLNode) {
        guard kinds.allSatisfy({ from.entry($0) == nil }),
            let other = Self.selectionKeys.first(where: { from.entry($0) != nil })
        else { return }
        for key in keys.compactMap(from.entry) {
            findings.add(
                .keyConflict,
                at: key.key.span,
                "`\(key.name)` stands beside `\(other)`",
                expected: "it only with " + kinds.map { "a `\($0)`" }.joined(separator: ", or ")
            )
        }
    }

    private func refuse(_ key: String, in from: YAMLNode, _ what: String, _ other: String) {
        guard let entry = from.entry(key) else { return }
        findings.add(
            .sourceKind,
            at: entry.key.span,
            "\(what) and has no `\(key)`",
            expected: "\(other), or another source"
        )
    }

    /// Only what is read anew by each load can be left out.
    private func watermark(in from: YAMLNode, of source: Source?) -> String? {
        guard from.entry("query") != nil, let node = from["unchanged_by"], let text = node.text
        else { return nil }
        guard readsEveryPeriod else {
            findings.add(
                .keyConflict,
                at: node.span,
                "`unchanged_by` stands where rows are read for a purpose of their own each time",
                expected: "it only below `from` of a dimension"
            )
            return nil
        }
        checkQuery(text, of: source, at: node.span, isByPeriod: false)
        return text
    }

    private func checkQuery(
        _ text: String,
        of source: Source?,
        at span: Span,
        isByPeriod: Bool
    ) {
        let scan = SQLScan(text)
        let foreign =
            if source?.kind == .mysql { scan.mariaDBProblem } else { nil as SQLScan.Problem? }
        if let problem = scan.problem ?? scan.statementProblem ?? foreign {
            findings.add(.sqlStatement, at: span, problem.message, expected: problem.expected)
        }
        for placeholder in scan.placeholders {
            SQLPlaceholder.check(placeholder.name, at: span, isByPeriod: isByPeriod, findings)
        }
    }

    // MARK: Objects

    private func checkPattern(_ pattern: String, of entry: YAMLNode.Entry, isByPeriod: Bool) {
        let (key, span) = (entry.name, entry.value.span)
        if let problem = FolderPath.problem(of: pattern) {
            findings.add(
                .valueMalformed,
                at: span,
                "`\(key)` cannot be `\(pattern)`: \(problem)",
                expected: "a path inside the source's folder"
            )
        }
        let labelled = ObjectPattern(pattern)
        for label in labelled.unknown {
            findings.add(
                .valueMalformed,
                at: span,
                "`\(label)` in `\(key)` stands for nothing",
                expected: "`{period}`, a label such as `{yyyy}{MM}`, or `*` for any text",
                suggestion: suggestion(
                    for: String(label.drop { $0 == "{" }.prefix { $0 != "}" }),
                    among: ["period"]
                )
                .map { "{\($0)}" }
            )
        }
        guard labelled.isByPeriod else { return }
        guard isByPeriod || readsEveryPeriod && grain != nil else {
            findings.add(
                .periodMissing,
                at: span,
                "`\(key)` has the label of a period, but the table is not loaded by period",
                expected: "`*` for any text, or a fact with the key `period`"
            )
            return
        }
        checkUnits(labelled, of: entry)
    }

    /// Labels have to tell each period from all others.
    private func checkUnits(_ pattern: ObjectPattern, of entry: YAMLNode.Entry) {
        guard let grain, let units = pattern.units else { return }
        let finer = units.subtracting(grain.unitsAllowed).map(\.rawValue).sorted()
        let isEnough = grain.unitsNeeded.contains { $0.isSubset(of: units) }
        guard !finer.isEmpty || !isEnough else { return }
        findings.add(
            .valueMalformed,
            at: entry.value.span,
            finer.isEmpty
                ? "the labels in `\(entry.name)` do not tell one \(grain.rawValue) from all others"
                : "`{\(finer[0])}` in `\(entry.name)` is a part of a \(grain.rawValue)",
            expected: "`{period}`, or labels of a whole \(grain.rawValue): `\(grain.unitsExample)`"
        )
    }

    private func format(_ from: YAMLNode?) -> Format {
        guard let from, let objects = from.objects else { return .csv(CSVDialect()) }
        return switch objects.name {
        case "jsonl": .jsonLines(shape(from))
        case "json": .json(rows: from["rows"]?.text.map { JSONPath($0) }, shape(from))
        case "fixed":
            .fixed(FixedWidthReading(findings: findings).layout(from, at: objects.key.span))
        default: .csv(CSVDialectReading(findings: findings).dialect(from))
        }
    }

    private func shape(_ from: YAMLNode?) -> RowShape {
        from.map { RowShapeReading(findings: findings).shape(in: $0) } ?? RowShape()
    }
}

extension YAMLNode {
    /// What tells the objects that are read, and by its name their format.
    var objects: Entry? {
        Format.keys.lazy.compactMap { entry($0) }.first
    }
}

/// Paths that stay inside their folder.
enum FolderPath {
    /// Why `path` cannot be used, or `nil` when it can.
    static func problem(of path: String) -> String? {
        if path.isEmpty { return "it is empty" }
        if path.isAbsolutePath || path.utf8.first == UInt8(ascii: "~") {
            return "it is not relative"
        }
        if path.utf8.count > 1024 { return "it is longer than 1024 bytes" }
        let parts = path.pathParts
        if parts.contains("..") { return "it leaves its folder" }
        if parts.contains("") || path.utf8.contains(0) { return "it is no path" }
        return nil
    }
}

extension ColumnType {
    fileprivate var isTimestamp: Bool {
        if case .timestamp = self { true } else { false }
    }
}
