internal import Words

/// Reads `to`: where the rows of an export go.
struct ExportTargetReading {
    let findings: Findings
    let sources: [String: Source]
    let sourceNames: [String]
    /// The columns of the export's key.
    let key: [String]
    /// Whether all rows are one object.
    let isWhole: Bool

    /// The keys that belong to one kind of target only.
    private static let ownKeys = [
        "http": ["method", "headers", "private"], "object": ["format"], "collection": ["insert"],
    ]

    func target(_ node: YAMLNode?, deletesMissing: Bool) -> ExportTarget {
        let kind = ["table", "collection", "object", "http"].first { node?[$0] != nil }
        guard let node, let kind, let place = node[kind], let text = place.text else {
            return .table(source: "", name: "")
        }
        refuseKeys(besides: kind, in: node)
        if isWhole, kind != "object" { refuseWhole(node, kind) }
        switch kind {
        case "http":
            checkNames(
                of: KeyedName(text),
                written: text,
                at: place.span,
                needsKey: deletesMissing,
                "a row that is deleted"
            )
            return .calls(call(text, at: place.span, in: node))
        case "object":
            checkPath(text, at: place.span)
            checkNames(
                of: KeyedName(text),
                written: text,
                at: place.span,
                needsKey: true,
                "two rows"
            )
            let format = node["format"]?.text.flatMap(ExportFormat.init(rawValue:))
            return .objects(source: source(node, for: kind), name: text, format: format ?? .json)
        case "collection":
            DocumentReading(findings: findings, isByPeriod: false)
                .checkCollection(text, at: place.span)
            return .documents(
                source: source(node, for: kind),
                collection: text,
                inserts: node["insert"]?.bool != false
            )
        default:
            checkTable(text, at: place.span)
            return .table(source: source(node, for: kind), name: text)
        }
    }

    // MARK: Keys and sources

    private func refuseKeys(besides kind: String, in node: YAMLNode) {
        for (other, keys) in Self.ownKeys.sorted(by: { $0.key < $1.key }) where other != kind {
            for entry in keys.compactMap(node.entry) {
                findings.add(
                    .keyConflict,
                    at: entry.key.span,
                    "`\(entry.name)` stands beside `\(kind)`",
                    expected: "it only with `\(other)`"
                )
            }
        }
    }

    private func refuseWhole(_ node: YAMLNode, _ kind: String) {
        guard let entry = node.entry(kind) else { return }
        findings.add(
            .keyConflict,
            at: entry.key.span,
            "`\(kind)` stands beside `mode: replace`, where all rows are one object",
            expected: "`object`, or `mode: upsert`"
        )
    }

    /// The name of the source, which must be of the kind that takes such things.
    func source(_ node: YAMLNode, for kind: String) -> String {
        let takers = SourceKind.allCases.filter { $0.exportKey == kind }
        let expected = "a source of \(takers.map(\.rawValue).inBackticks(separator: " or "))"
        guard let place = node["source"], let name = place.text else {
            findings.add(
                .keyMissing,
                at: node.entry(kind)?.key.span ?? node.span,
                "`\(kind)` has no `source`, which says where it is",
                expected: "`source: NAME`, \(expected)"
            )
            return ""
        }
        if !sourceNames.contains(name) {
            findings.add(
                .nameUnknown,
                at: place.span,
                "there is no source `\(name)`",
                expected: "a name under `sources`",
                suggestion: suggestion(for: name, among: sourceNames)
            )
        } else if let source = sources[name], source.kind.exportKey != kind {
            findings.add(
                .sourceKind,
                at: place.span,
                "`\(name)` is \(source.kind.title), to which no `\(kind)` is delivered",
                expected: expected
            )
        }
        return name
    }

    // MARK: Names and addresses

    /// A name that lacks a part of the key, or does not show where one ends, would be the same for several rows.
    func checkNames(
        of name: KeyedName,
        written text: String,
        at span: Span,
        needsKey: Bool,
        _ what: String,
        others: [String] = []
    ) {
        if let (first, second) = name.unparted, key.contains(first), key.contains(second) {
            findings.add(
                .valueMalformed,
                at: span,
                "nothing shows where the value of `{\(first)}` ends and that of `{\(second)}` begins, so two keys "
                    + "could share a name",
                expected: "a character between them that values cannot have, such as `/`: "
                    + "`{\(first)}/{\(second)}`"
            )
        }
        checkColumns(of: name, at: span, others: others)
        let missing = key.filter { !name.columns.contains($0) }
        guard needsKey, !missing.isEmpty, !isWhole else { return }
        findings.add(
            .valueMalformed,
            at: span,
            "`\(text)` has not all of the `key` in it, so \(what) could not be told from others",
            expected: missing.map { "{\($0)}" }.inBackticks() + " in it"
        )
    }

    /// `{column}` of anything but the key has no value; `others` have had theirs.
    func checkColumns(of name: KeyedName, at span: Span, others: [String] = []) {
        let whole = others.map { "`{\($0)}`, or " }.joined() + "a name without `{…}`"
        for column in name.columns where !key.contains(column) {
            findings.add(
                .valueMalformed,
                at: span,
                "`{\(column)}` stands for nothing: "
                    + (isWhole ? "all rows are one object" : "it is no column of the `key`"),
                expected: isWhole
                    ? whole : "`{column}` with a column of the `key`",
                suggestion: suggestion(for: column, among: key + others).map { "{\($0)}" }
            )
        }
    }

    func checkPath(_ path: String, at span: Span) {
        guard let problem = FolderPath.problem(of: path) else { return }
        findings.add(
            .valueMalformed,
            at: span,
            "`object` cannot be `\(path)`: \(problem)",
            expected: "a name inside the source's folder: `spend/{campaign_id}.json`"
        )
    }

    private func checkTable(_ name: String, at span: Span) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { 1...63 ~= $0.utf8.count && !$0.utf8.contains(0) }
        guard !isName || parts.count > 2 else { return }
        findings.add(
            .valueMalformed,
            at: span,
            "`table` cannot be `\(name)`",
            expected: "`table`, or `schema.table`, without quotes"
        )
    }

    // MARK: Calls

    private func call(_ url: String, at span: Span, in node: YAMLNode) -> ExportCall {
        var call = ExportCall(url: url)
        findings.checkVariables(of: url, at: span)
        checkURL(url, at: span)
        call.method = (node["method"]?.text ?? "put").uppercased()
        call.isPrivate = node["private"]?.bool == true
        for entry in node["headers"]?.entries ?? [] {
            guard let value = entry.value.text else { continue }
            findings.checkVariables(of: value, at: entry.value.span)
            checkHeader(entry, value)
            call.headers[entry.name] = value
        }
        return call
    }

    /// Whatever is wrong with an address, it is not shown: it may hold a secret.
    private func checkURL(_ url: String, at span: Span) {
        let template = Template(url)
        var isUnderstood = template.malformed == nil && !url.utf8.contains(UInt8(ascii: "@"))
        if case .literal(let start)? = template.parts.first {
            isUnderstood =
                isUnderstood
                && ["https://", "http://"].contains { start.utf8.starts(with: $0.utf8) }
        }
        guard !isUnderstood else { return }
        findings.conceal(span)
        findings.add(
            .valueMalformed,
            at: span,
            "the address of an API is not understood",
            expected:
                "`https://host/path/{column}`, without a user; secrets as `${NAME}` in `headers`",
            hidesValue: true
        )
    }

    private func checkHeader(_ entry: YAMLNode.Entry, _ value: String) {
        guard
            entry.name.wholeMatch(
                of: #/[0-9A-Za-z!#$%&'*+.^_`|~\-]+/#.matchingSemantics(.unicodeScalar)
            ) != nil
        else {
            return findings.add(
                .valueMalformed,
                at: entry.key.span,
                "`\(entry.name)` is no name of a field",
                expected: "letters, digits and `-`: `Authorization`"
            )
        }
        guard SecretName.mayBeOne(entry.name), !Template(value).hasValue else { return }
        findings.conceal(entry.value.span)
        findings.add(
            .secretLiteral,
            at: entry.value.span,
            "a secret is written into `\(entry.name)`",
            expected: "`${NAME}` in its place: it is taken from the environment where it is used",
            hidesValue: true
        )
    }
}

extension Template {
    /// Whether some part of it is known only where it is used.
    fileprivate var hasValue: Bool {
        parts.contains { part in
            switch part {
            case .literal: false
            case .expansion(_, let fallback): fallback?.isEmpty ?? true
            }
        }
    }
}
