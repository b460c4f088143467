import Pipelines
import Postgres
import TestSupport
import Testing

/// `LONGSHORE_FUZZ=1000000` takes a million values.
@Suite("Hostile values of parameters in queries", .timeLimit(.minutes(120)))
struct HostileParameterTests {
    private static let batch = 100
    private static let count = HostileText.count(ordinary: 5_000)

    /// Each parameter in every place where one may stand.
    private static let definition: String = {
        let parameters = (0..<batch).map { "p\($0): { type: text }" }.joined(separator: ", ")
        let places = (0..<batch)
            .map { "'${p\($0)}' as a\($0), E'<\\\\${p\($0)}>' as b\($0), ${p\($0)} as c\($0)" }
            .joined(separator: ",\n            ")
        return """
            pipeline: shop
            parameters: { \(parameters) }
            sources:
              crm: { postgres: "${CRM_URL}" }
            dimensions:
              city:
                from:
                  source: crm
                  query: |
                    select \(places)
                key: code
                columns:
                  code: { type: text, required: true }

            """
    }()

    private static func query(_ values: [String]) throws -> String {
        let parameters = values.enumerated().map { ("p\($0)", $1) }
        let pipeline = try Pipeline.parse(
            bundle: DefinitionBundle(
                files: ["pipeline.yaml": definition],
                parameters: Dictionary(uniqueKeysWithValues: parameters)
            )
        )
        guard case .extract(let extract) = pipeline.dimension("city")?.content,
            case .query(let text) = extract.selection
        else { throw HasNoQuery() }
        return text
    }

    private struct HasNoQuery: Error {}

    @Test("are what the server sees, byte for byte")
    func values() async throws {
        var hostile = HostileText(seed: 6)
        let url = try await TestStack.shared().postgresURL
        try await PostgresConnection.withConnection(PostgresConfiguration(url: url)) { connection in
            for _ in 0..<(Self.count / Self.batch) {
                let texts = (0..<Self.batch).map { _ in hostile.next() }
                let result = try await connection.query(SQL(raw: Self.query(texts)))
                let row = try #require(result.first)
                for (index, text) in texts.enumerated() {
                    let found = try ["a", "b", "c"]
                        .map { Array(try row.text("\($0)\(index)").utf8) }
                    try #require(found == [text, "<\\\(text)>", text].map { Array($0.utf8) })
                }
            }
        }
    }
}
