import Words

/// The JSON Schema of `pipeline.yaml`, for editors: completion, and marks under what is wrong.
///
/// It is made of the same table of keys as the check of definitions. It tells keys and kinds; names
/// that must be defined, types and rules are the check's business.
public enum PipelineSchema {
    /// The schema as indented JSON text (draft 2020-12).
    public static func json() -> String { json(of: Grammar.pipeline, "A Longshore pipeline") }

    /// The schema of a dashboard's file, as ``json()`` writes it.
    public static func dashboardJSON() -> String {
        json(of: Grammar.dashboard, "A dashboard of a Longshore pipeline")
    }

    private static func json(of record: Record, _ title: String) -> String {
        guard case .object(let members) = schema(of: record) else { return "{}" }
        let head: [(String, SchemaText)] = [
            ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            ("title", .string(title)),
        ]
        let definitions = SchemaText.object([
            ("parameter", .object([("type", .string("string")), ("pattern", .string(#"^\$\{"#))]))
        ])
        return SchemaText.object(head + members + [("$defs", definitions)]).text() + "\n"
    }

    // MARK: Records

    private static func schema(of record: Record) -> SchemaText {
        var members: [(String, SchemaText)] = [
            ("type", .string("object")),
            ("properties", .object(record.keys.map { ($0.name, property($0)) })),
            ("additionalProperties", .bool(false)),
        ]
        let required = record.keys.filter(\.isRequired).map { SchemaText.string($0.name) }
        if !required.isEmpty { members.append(("required", .array(required))) }
        let alternatives = record.alternatives.map { group in
            SchemaText.object([
                ("oneOf", .array(group.map { .object([("required", .array([.string($0)]))]) }))
            ])
        }
        if !alternatives.isEmpty { members.append(("allOf", .array(alternatives))) }
        return .object(members)
    }

    private static func property(_ key: Record.Key) -> SchemaText {
        guard case .object(let members) = schema(of: key.shape) else { return .bool(true) }
        guard let standard = key.standard else {
            return .object([("description", .string(key.summary))] + members)
        }
        return .object(
            [
                ("description", .string(key.summary + " Unless said: `\(standard)`.")),
                ("default", value(standard, of: key.shape)),
            ] + members
        )
    }

    /// What YAML makes of a text at a place of this shape.
    private static func value(_ text: String, of shape: Shape) -> SchemaText {
        switch shape {
        case .boolean: .bool(text == "true")
        case .integer, .choice: Int(text).map(SchemaText.number) ?? .string(text)
        default: .string(text)
        }
    }

    // MARK: Shapes

    private static func schema(of shape: Shape) -> SchemaText {
        switch shape {
        case .text:
            return .object([
                ("type", .array(["string", "number", "boolean"].map(SchemaText.string)))
            ])
        case .name:
            return orParameter([
                ("type", .string("string")), ("pattern", .string(Identifier.pattern)),
            ])
        case .type:
            let decimal = SchemaText.object([
                ("type", .string("string")),
                ("pattern", .string(#"^decimal *\( *[0-9]+ *(, *[0-9]+ *)?\)$"#)),
            ])
            let words = ColumnTypeReading.names.map(SchemaText.string)
            return anyOf([.object([("enum", .array(words))]), decimal, parameter])
        case .boolean: return orParameter([("type", .string("boolean"))])
        case .integer: return orParameter([("type", .string("integer"))])
        case .share:
            return .object([("type", .array(["string", "number"].map(SchemaText.string)))])
        case .duration, .patience:
            return orParameter([
                ("type", .string("string")), ("pattern", .string("^[0-9]+ ?(s|min|h)$")),
            ])
        case .choice(let words): return orParameter([("enum", .array(words.flatMap(choices)))])
        case .encoding:
            return schema(of: .choice(CSVDialect.Encoding.allCases.map(\.rawValue)))
        case .list(let item):
            return .object([
                ("type", .string("array")), ("items", schema(of: item)), ("minItems", .number(1)),
            ])
        case .oneOrMore(let item): return anyOf([schema(of: item), schema(of: .list(item))])
        case .named(_, let value):
            return .object([
                ("type", .string("object")),
                ("propertyNames", .object([("pattern", .string(Identifier.pattern))])),
                ("additionalProperties", schema(of: value)),
            ])
        case .titled(_, let value):
            return .object([
                ("type", .string("object")), ("additionalProperties", schema(of: value)),
            ])
        case .texts:
            return .object([
                ("type", .string("object")), ("additionalProperties", schema(of: .text)),
            ])
        case .record(let record): return schema(of: record)
        case .variants(let records): return anyOf(records.map { schema(of: $0) })
        case .either(let text, let mapping): return anyOf([schema(of: text), schema(of: mapping)])
        }
    }

    /// A word, and the number that YAML makes of it when it is not in quotes.
    private static func choices(_ word: String) -> [SchemaText] {
        [.string(word)] + (Int(word).map { [.number($0)] } ?? [])
    }

    private static func orParameter(_ members: [(String, SchemaText)]) -> SchemaText {
        anyOf([.object(members), parameter])
    }

    private static let parameter = SchemaText.object([("$ref", .string("#/$defs/parameter"))])

    private static func anyOf(_ schemas: [SchemaText]) -> SchemaText {
        .object([("anyOf", .array(schemas))])
    }
}

/// A JSON value whose members keep their order.
private indirect enum SchemaText {
    case string(String)
    case number(Int)
    case bool(Bool)
    case array([SchemaText])
    case object([(String, SchemaText)])

    func text(indent: String = "") -> String {
        let deeper = indent + "  "
        switch self {
        case .string(let text): return QuotedText.double(text)
        case .number(let number): return String(number)
        case .bool(let flag): return flag ? "true" : "false"
        case .array(let items):
            let lines = items.map { deeper + $0.text(indent: deeper) }
            return lines.isEmpty ? "[]" : "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members):
            let lines = members.map { name, value in
                "\(deeper)\(QuotedText.double(name)): \(value.text(indent: deeper))"
            }
            return lines.isEmpty ? "{}" : "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }
}
