import Pipelines
import Rows
import Words

/// Writes a draft as YAML.
struct DraftText {
    let name: String
    let tables: DraftTables

    /// The whole definition.
    var text: String {
        var lines = [
            "# Drafted from its sources: it loads them as they are. Comments say what to decide.",
            "pipeline: \(name)",
        ]
        if hasLocalTimes {
            lines.append(
                "# zone: Europe/Madrid   # of timestamps without an offset; default: UTC"
            )
        }
        if let periods = tables.periods { lines += period(periods) }
        lines +=
            ["", "sources:"]
            + sources.map(declaration)
        let dimensions = tables.dimensions
        if !dimensions.isEmpty || tables.calendar != nil {
            lines += ["", "dimensions:"]
            for table in dimensions { lines += dimension(table) + [""] }
            if let calendar = tables.calendar {
                lines.append(
                    "  \(calendar.name): { calendar: { from: \(calendar.first), to: \(calendar.last) } }"
                )
            }
        }
        let facts = tables.facts
        if !facts.isEmpty {
            lines += lines.last?.isEmpty == true ? ["facts:"] : ["", "facts:"]
            for (index, table) in facts.enumerated() {
                lines += (index > 0 ? [""] : []) + fact(table)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Head

    private var hasLocalTimes: Bool {
        tables.tables.contains { table in
            table.columns.contains { column in
                guard case .timestamp(let format, _) = column.profile.guess.type else {
                    return false
                }
                return !format.pattern.contains("X")
            }
        }
    }

    private func period(_ range: ClosedRange<Period>) -> [String] {
        let (first, last) = (range.lowerBound, range.upperBound)
        return [
            "# Without `end` every \(first.grain.rawValue) that has ended is due.",
            "period: { grain: \(first.grain.rawValue), start: \(first.label), end: \(last.label) }",
        ]
    }

    /// Each place once, with a name of its own.
    private var sources: [(name: String, source: Source)] {
        var found: [(name: String, source: Source)] = []
        for origin in tables.tables.map(\.origin)
        where !found.contains(where: { $0.source == origin.source }) {
            let name = SuggestedName.table(origin.sourceName, taken: Set(found.map(\.name)))
            found.append((name, origin.source))
        }
        return found
    }

    private func declaration(_ name: String, _ source: Source) -> String {
        let line = "  \(name): { \(source.kind.rawValue): \(QuotedText.double(source.place)) }"
        guard source.kind == .http else { return line }
        return line + "   # as whom and how often it is asked, say auth and rate"
    }

    private func sourceName(of table: DraftTable) -> String {
        sources.first { $0.source == table.origin.source }?.name ?? table.origin.sourceName
    }

    // MARK: Tables

    private func dimension(_ table: DraftTable) -> [String] {
        let key = table.key.compactMap { table.name(of: $0) }
        return ["  \(table.name):"] + remarks(table)
            + ["    from: { \(from(table)) }", "    key: \(Self.list(key))", "    columns:"]
            + columns(table, required: Set(table.key))
    }

    private func fact(_ table: DraftTable) -> [String] {
        var lines = ["  \(table.name):"] + remarks(table)
        lines.append("    from: { \(from(table)) }")
        let period = table.periodColumn.flatMap { table.name(of: $0) }
        if let period { lines.append("    period: \(period)") }
        lines += grain(table)
        lines.append("    columns:")
        return lines
            + columns(table, required: Set(table.key + [table.periodColumn].compactMap(\.self)))
    }

    private func grain(_ table: DraftTable) -> [String] {
        guard table.key.isEmpty else {
            let names = table.key.compactMap { table.name(of: $0) }
            let isSure = table.origin.profile.areKeysSure
            return [
                "    grain: \(Self.list(names))" + (isSure ? "" : "   # seen in a part of the rows")
            ]
        }
        let (names, leavesOut) = wholeRow(table)
        let limit =
            leavesOut
            ? ["    # The longest texts are left out: an index has room for 2,700 bytes."] : []
        return [
            "    # No column and no few columns identify a row: decide. Equal rows are loaded once."
        ] + limit + ["    grain: \(Self.list(names))"]
    }

    /// All columns that an index of Postgres has room for, and whether some are left out: 31 beside the
    /// period's own, and 2,700 bytes, of which a character may take four.
    private func wholeRow(_ table: DraftTable) -> (names: [String], leavesOut: Bool) {
        var room = 600
        var kept: Set<String> = []
        let lengths = table.columns.map { ($0.name, $0.profile.lengths?.upperBound ?? 0) }
        for (name, length) in lengths.sorted(by: { $0.1 < $1.1 }) where length <= room {
            room -= length
            kept.insert(name)
        }
        let all = table.columns.map(\.name).filter(kept.contains) + table.references.map(\.name)
        let names = Array(all.prefix(31))
        return (names, names.count < table.columns.count + table.references.count)
    }

    private func remarks(_ table: DraftTable) -> [String] {
        table.remarks.map { "    # \(Self.oneLine($0))" }
    }

    private func from(_ table: DraftTable) -> String {
        let source = "source: \(sourceName(of: table)), "
        switch table.origin.selection {
        case .query(let text): return source + "query: \(QuotedText.double(text))"
        case .documents(let collection, let filter, let shape):
            return source + "collection: \(QuotedText.double(collection))"
                + (filter.map { ", filter: \(QuotedText.double($0.text))" } ?? "")
                + Self.keys(of: shape)
        case .calls(let calls): return source + keys(of: calls)
        case .objects(let name, let format):
            return source + "\(format.key): \(QuotedText.double(table.pattern ?? name))"
                + keys(of: format)
        }
    }

    /// What is asked of an API; `each`, which reads another pipeline's tables, is left to who writes it.
    private func keys(of calls: Calls) -> String {
        var text = "get: \(QuotedText.double(calls.path.text))"
        if !calls.parameters.isEmpty {
            let pairs = calls.parameters.map { parameter in
                "\(QuotedText.double(parameter.name)): \(QuotedText.double(parameter.value.text))"
            }
            text += ", params: { \(pairs.joined(separator: ", ")) }"
        }
        if let pages = calls.pages { text += ", pages: { \(Self.keys(of: pages)) }" }
        if let rows = calls.rows { text += ", rows: \(QuotedText.double(rows.text))" }
        return text + Self.keys(of: calls.shape)
    }

    /// What becomes of an object; it begins with a comma.
    ///
    /// A text that tells what was asked about is left out, as `each` is.
    private static func keys(of shape: RowShape) -> String {
        let array = shape.expand.map { ", expand: \(QuotedText.double($0.text))" } ?? ""
        let fields = shape.fields.compactMap { field in
            field.content.rule.map { "\(QuotedText.double(field.name)): \(QuotedText.double($0))" }
        }
        return array + (fields.isEmpty ? "" : ", fields: { \(fields.joined(separator: ", ")) }")
    }

    private static func keys(of pages: CallPages) -> String {
        let size = { (size: Int?) in size.map { ", size: \($0)" } ?? "" }
        return switch pages {
        case .next(let path): "next: \(QuotedText.double(path.text))"
        case .link(let relation): "link: \(QuotedText.double(relation))"
        case .cursor(let path, let parameter):
            "cursor: \(QuotedText.double(path.text)), param: \(QuotedText.double(parameter))"
        case .offset(let parameter, let most):
            "offset: \(QuotedText.double(parameter))\(size(most))"
        case .number(let parameter, let first, let most):
            "number: \(QuotedText.double(parameter)), first: \(first)\(size(most))"
        }
    }

    /// What is to be said of a format beyond the usual; it begins with a comma.
    private func keys(of format: Format) -> String {
        switch format {
        case .csv(let dialect): return DialectKeys(dialect).text
        case .fixed(let layout): return DialectKeys(layout).text
        case .jsonLines(let shape): return Self.keys(of: shape)
        case .json(let rows, let shape):
            return (rows.map { ", rows: \(QuotedText.double($0.text))" } ?? "")
                + Self.keys(of: shape)
        }
    }

    // MARK: Columns

    private func columns(_ table: DraftTable, required: Set<ExactText>) -> [String] {
        let width =
            (table.columns.map(\.name) + table.references.map(\.name)).map(\.count).max() ?? 0
        func line(_ name: String, _ keys: [String], _ remark: String?) -> String {
            let blanks = String(repeating: " ", count: width - name.count)
            let comment = remark.map { "   # " + Self.oneLine($0) } ?? ""
            return "      \(name):\(blanks) { \(keys.joined(separator: ", ")) }\(comment)"
        }
        let values = table.columns.map { column in
            line(
                column.name,
                keys(of: column, isRequired: required.contains(column.profile.name)),
                column.comment
            )
        }
        let references = table.references.map { reference in
            var keys = [
                "references: \(reference.dimension)", "from: \(Self.plain(reference.from.text))",
            ]
            if reference.missing != "reject" { keys.append("missing: \(reference.missing)") }
            return line(reference.name, keys, reference.remark)
        }
        return values + references
    }

    private func keys(of column: DraftTable.Column, isRequired: Bool) -> [String] {
        let guess = column.guess
        var keys = ["type: \(Self.type(guess.type))"]
        if ExactText(column.name) != column.profile.name {
            keys.append("from: \(QuotedText.double(column.profile.name.text))")
        }
        switch guess.type {
        case .date(let format) where format != .isoDate,
            .timestamp(let format, _) where format != .isoTimestamp:
            keys.append("format: \(QuotedText.double(format.pattern))")
        default: break
        }
        keys += notation(guess)
        if isRequired { keys.append("required: true") }
        if column.isTrimmed { keys.append("clean: [trim]") }
        return keys
    }

    /// How its numbers are written; a whole number has a `point` only where its `thousands` is the usual one.
    private func notation(_ guess: TypeGuess) -> [String] {
        var keys: [String] = []
        let (point, thousands) = (Unicode.Scalar(guess.reading.point), guess.reading.thousands)
        if point != ".", guess.type != .integer || thousands == "." {
            keys.append("point: \(QuotedText.double(String(point)))")
        }
        if let thousands { keys.append("thousands: \(QuotedText.double(String(thousands)))") }
        if guess.reading.hasExponents { keys.append("exponent: true") }
        return keys
    }

    /// The type, a decimal with room to grow.
    private static func type(_ type: ColumnType) -> String {
        guard case .decimal(let precision, let scale) = type else { return type.name }
        let roomy = [12, 18, 38].first { $0 >= precision + 2 } ?? min(precision + 2, 1000)
        return QuotedText.double("decimal(\(max(roomy, scale)),\(scale))")
    }

    // MARK: YAML

    private static func list(_ names: [String]) -> String {
        names.count == 1 ? names[0] : "[\(names.joined(separator: ", "))]"
    }

    /// A name as it is, anything else in quotes.
    private static func plain(_ text: String) -> String {
        let isName =
            text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/.matchingSemantics(.unicodeScalar)) != nil
        let isWord = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(text.lowercased())
        return isName && !isWord ? text : QuotedText.double(text)
    }

    /// Fit for a comment.
    private static func oneLine(_ text: String) -> String {
        let scalars = VisibleText.line(text).unicodeScalars
        return String(scalars.replacing("${".unicodeScalars, with: "$ {".unicodeScalars))
    }
}
