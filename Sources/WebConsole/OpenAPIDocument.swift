import Foundation
import Pages
import Planning

/// What programs can ask of the console, as OpenAPI 3.0.3 has it: made of the routes.
struct OpenAPIDocument: Encodable {
    let openapi = "3.0.3"
    let info = Info()
    let servers = [["url": "/api/v1"]]
    let security = [["token": [String]()]]
    let components = Components()
    let paths: [String: [String: Operation]]

    /// The document of routes that programs are answered at.
    init(_ routes: [Route]) {
        let known = routes.filter { $0.audience != .browsers }
        paths = Dictionary(
            known.map { ($0.template, ["get": Operation($0)]) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Text without NUL, which Postgres has no text with.
    fileprivate static let text = #"^[^\u0000]*$"#

    struct Info: Encodable {
        let title = "Longshore's console"
        let version = ProgramVersion.current
        let description = "What the pages of the console show. Nothing here changes anything."
    }

    struct Components: Encodable {
        let securitySchemes = ["token": ["type": "http", "scheme": "bearer"]]
        let schemas = [
            "Problem": Schema(
                type: "object",
                properties: ["error": Schema(type: "string"), "message": Schema(type: "string")],
                required: ["error", "message"]
            )
        ]
    }

    /// A part of JSON Schema.
    struct Schema: Encodable {
        let type: String
        var format: String?
        var minimum: Int?
        var minLength: Int?
        var pattern: String?
        var choices: [String]?
        var properties: [String: Schema]?
        var required: [String]?
        var items: [String: String]?
        var additionalProperties: [String: String]?

        private enum CodingKeys: String, CodingKey {
            case type, format, minimum, minLength, pattern, properties, required, items,
                additionalProperties
            case choices = "enum"
        }
    }

    struct Reference: Encodable {
        let ref = "#/components/schemas/Problem"

        private enum CodingKeys: String, CodingKey { case ref = "$ref" }
    }

    struct Parameter: Encodable {
        let name: String
        let place: String
        let description: String?
        let required: Bool
        let schema: Schema
        var style: String?
        var explode: Bool?

        private enum CodingKeys: String, CodingKey {
            case name, description, required, schema, style, explode
            case place = "in"
        }

        /// A place in the path.
        init(place name: String) {
            self.name = name
            place = "path"
            description = nil
            required = true
            schema =
                Route.numbered.contains(name)
                ? Schema(type: "integer", minimum: name == "task" ? 0 : 1)
                : Schema(type: "string", minLength: 1, pattern: OpenAPIDocument.text)
        }

        /// What may stand behind `?`.
        init(_ parameter: RouteParameter) {
            let isAnything = parameter.name == RouteParameter.anything.name
            name = isAnything ? "filters" : parameter.name
            place = "query"
            description = parameter.summary
            required = false
            if isAnything {
                schema = Schema(type: "object", additionalProperties: ["type": "string"])
                (style, explode) = ("form", true)
                return
            }
            schema = Self.schema(parameter)
            if parameter.repeats { (style, explode) = ("form", true) }
        }

        private static func schema(_ parameter: RouteParameter) -> Schema {
            if parameter.repeats { return Schema(type: "array", items: ["type": "string"]) }
            return switch parameter.form {
            case .text: Schema(type: "string", pattern: OpenAPIDocument.text)
            case .number(let least): Schema(type: "integer", format: "int64", minimum: least)
            case .day: Schema(type: "string", format: "date")
            case .choice(let choices): Schema(type: "string", choices: choices)
            }
        }
    }

    struct Operation: Encodable {
        let summary: String
        let description: String
        let operationId: String
        let parameters: [Parameter]
        let responses: [String: Response]

        init(_ route: Route) {
            summary = route.summary
            description = "For the role `\(route.leastRole.rawValue)`, and those that may more."
            operationId = Self.name(route)
            let places = route.components.compactMap { component in
                if case .place(let name) = component { Parameter(place: name) } else { nil }
            }
            parameters = places + route.parameters.map { Parameter($0) }
            var responses = ["200": Response(route)]
            for (status, words) in Self.problems { responses[status] = Response(words) }
            self.responses = responses
        }

        /// `loads_load_tasks`: the words of its path.
        private static func name(_ route: Route) -> String {
            let words = route.components.map { component in
                switch component {
                case .word(let word): word
                case .place(let name): name
                }
            }
            return words.isEmpty ? "periods" : words.joined(separator: "_")
        }

        private static let problems = [
            ("400", "A parameter is none, or is not known"), ("401", "No token was shown"),
            ("403", "It is for another role"), ("404", "There is no such thing"),
            ("500", "A fault of Longshore's"), ("503", "The ledger does not answer"),
        ]
    }

    struct Response: Encodable {
        let description: String
        let content: [String: Content]

        /// What is answered where all is well.
        init(_ route: Route) {
            description = route.summary
            let whole = route.types.map { type in
                (type, Content(schema: type == "application/json" ? Schema(type: "object") : nil))
            }
            content = Dictionary(uniqueKeysWithValues: whole)
        }

        /// What is answered where something is wrong.
        init(_ words: String) {
            description = words
            content = ["application/json": Content(problem: Reference())]
        }
    }

    struct Content: Encodable {
        var schema: Schema?
        var problem: Reference?

        private enum CodingKeys: CodingKey { case schema }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            if let problem { try container.encode(problem, forKey: .schema) }
            if let schema { try container.encode(schema, forKey: .schema) }
        }
    }

    /// It as JSON.
    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
