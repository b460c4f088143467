internal import Rows
import Words

/// Reads the type of a column: `type`, `format` and `zone`.
struct ColumnTypeReading {
    let findings: Findings
    /// The zone of timestamps that name none.
    let defaultZone: String

    /// As they are written; `decimal` has digits of its own.
    static let names = [
        "text", "integer", "decimal(12,2)", "float", "boolean", "date", "timestamp", "uuid", "json",
    ]

    /// What people call the types elsewhere.
    private static let synonyms = [
        "string": "text", "varchar": "text", "char": "text", "str": "text", "int": "integer",
        "bigint": "integer", "smallint": "integer", "long": "integer", "number": "decimal(12,2)",
        "numeric": "decimal(12,2)", "money": "decimal(12,2)", "double": "float", "real": "float",
        "bool": "boolean", "datetime": "timestamp", "timestamptz": "timestamp", "jsonb": "json",
        "time": "timestamp",
    ]

    /// The type that `column` declares; `nil` when there is a problem, which is then reported.
    func type(of column: YAMLNode) -> ColumnType? {
        guard let node = column["type"], let text = node.text else { return nil }
        let word = text.lowercased() == text ? text.filter { $0 != " " } : text
        if word.hasPrefix("decimal") { return decimal(word, at: node.span, column: column) }
        switch word {
        case "date": return date(column)
        case "timestamp": return timestamp(column)
        default: break
        }
        refuse(["format", "zone"], in: column, for: "a date or timestamp")
        switch word {
        case "text": return .text
        case "integer": return .integer
        case "float": return .float
        case "boolean": return .boolean
        case "uuid": return .uuid
        case "json": return .json
        default:
            findings.add(
                .typeUnknown,
                at: node.span,
                "`\(text)` is no type",
                expected: "one of " + Self.names.inBackticks(),
                suggestion: Self.synonyms[word.lowercased()]
                    ?? suggestion(for: word, among: Self.names)
            )
            return nil
        }
    }

    /// Checks a time zone's form; whether it exists is known to the worker's system only.
    func checkZone(_ node: YAMLNode?) {
        guard let node, let zone = node.text else { return }
        let isName =
            zone.wholeMatch(
                of: #/[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+)*/#
                    .matchingSemantics(.unicodeScalar)
            ) != nil
            && (zone.contains("/") || zone == "UTC" || zone == "GMT")
        guard !isName else { return }
        findings.add(
            .valueMalformed,
            at: node.span,
            "`\(zone)` is no time zone",
            expected: "a name like `America/Bogota`, or `UTC`"
        )
    }

    private func decimal(_ word: String, at span: Span, column: YAMLNode) -> ColumnType? {
        refuse(["format", "zone"], in: column, for: "a date or timestamp")
        let isCut = word.contains("(") && !word.contains(")")
        guard
            let match = word.wholeMatch(
                of: #/decimal\(([0-9]{1,9})(?:,([0-9]{1,9}))?\)/#.matchingSemantics(.unicodeScalar)
            ),
            let precision = Int(match.1), let scale = Int(match.2 ?? "0")
        else {
            findings.add(
                .typeUnknown,
                at: span,
                "`\(word)` is no type",
                expected: "`decimal(digits,digits behind the point)`: `decimal(12,2)`",
                note: isCut ? "inside `{ }` it must be in quotes: `\"decimal(12,2)\"`" : nil
            )
            return nil
        }
        guard (1...1000).contains(precision), scale <= precision else {
            findings.add(
                .valueRange,
                at: span,
                "`\(word)` is not possible",
                expected: "1 to 1000 digits, and no more behind the point than in all"
            )
            return nil
        }
        return .decimal(precision: precision, scale: scale)
    }

    private func date(_ column: YAMLNode) -> ColumnType? {
        refuse(["zone"], in: column, for: "a timestamp")
        guard let format = format(column, otherwise: .isoDate) else {
            return nil
        }
        return .date(format: format)
    }

    private func timestamp(_ column: YAMLNode) -> ColumnType? {
        checkZone(column["zone"])
        guard let format = format(column, otherwise: .isoTimestamp) else {
            return nil
        }
        return .timestamp(format: format, zone: column["zone"]?.text ?? defaultZone)
    }

    private func format(_ column: YAMLNode, otherwise standard: DateFormat) -> DateFormat? {
        guard let node = column["format"] else { return standard }
        guard let text = node.text else { return nil }
        let format = DateFormat(text)
        guard let problem = format.problem else { return format }
        findings.add(
            .valueMalformed,
            at: node.span,
            problem,
            expected: "letters like `\(standard.pattern)`"
        )
        return nil
    }

    private func refuse(_ keys: [String], in column: YAMLNode, for what: String) {
        for key in keys.compactMap(column.entry) {
            findings.add(
                .typeMismatch,
                at: key.key.span,
                "`\(key.name)` is for \(what), and this column is none"
            )
        }
    }
}
