import Pipelines
import Testing

@Suite("Parameters in the SQL of marts")
struct MartParameterTests {
    private static func bundle(
        _ condition: String,
        declared: String = """
          region: { type: text, default: co }
          days: { type: integer, default: 90 }
          rate: { type: decimal, default: 0.01 }
          since: { type: date, default: 2024-02-29 }
          all: { type: boolean, default: true }

        """,
        _ given: [String: String] = [:]
    ) -> DefinitionBundle {
        let sql = """
            select * from fact_sale
            where period >= :period_start and period < :period_end and \(condition)
            """
        return Shop.bundle(
            replacing: "sources:\n",
            with: "parameters:\n\(declared)sources:\n",
            sql: sql,
            parameters: given
        )
    }

    private static func query(
        _ condition: String,
        _ given: [String: String] = [:]
    ) throws -> String? {
        try Pipeline.parse(bundle: bundle(condition, given)).mart("sales")?.query
    }

    @Test(
        "are constants of their types, whatever their text is",
        arguments: [
            (":region = r", "'co'' or 1=1 --'::text = r"),
            ("n -:days", "n -(-5)"),
            (":rate * n", "(0.05) * n"),
            ("day > :since", "day > date '2024-01-31'"),
            (":all", "false"),
            ("':region' /* :days */ = r", "':region' /* :days */ = r"),
            ("a[1:days]::text = ''", "a[1:days]::text = ''"),
        ]
    )
    func values(condition: String, expected: String) throws {
        let given = [
            "region": "co' or 1=1 --", "days": "-5", "rate": "0.05", "since": "2024-01-31",
            "all": "false",
        ]
        let query = try Self.query(condition, given)
        #expect(query?.hasSuffix(" and \(expected)") == true, "\(query ?? "")")
    }

    @Test("by bytes: a mark that joins a quote does not hide it")
    func bytes() throws {
        let text = "\u{600}'\u{301} or true --"
        let query = try #require(try Self.query(":region = r", ["region": text]))
        #expect(
            query.utf8.reversed()
                .starts(with: "'\u{600}''\u{301} or true --'::text = r".utf8.reversed())
        )
    }

    @Test("count as used, and what is no parameter is told with what there is")
    func names() {
        #expect(
            diagnose(Self.bundle("n > :days")).map(\.message).contains { $0.contains("days") }
                == false
        )
        let unknown = diagnose(Self.bundle("n > :dayz")).first { $0.code == .sqlPlaceholder }
        #expect(unknown?.suggestion == ":days")
        let taken = diagnose(
            Self.bundle("true", declared: "  period_end: { type: date, default: 2024-01-01 }\n")
        )
        #expect(taken.map(\.code).contains(.nameReserved))
    }

    @Test(
        "are refused when they are not of their type",
        arguments: [("rate", "1e3"), ("rate", "5%"), ("since", "2024-02-30"), ("since", "today")]
    )
    func types(name: String, value: String) {
        #expect(diagnose(Self.bundle("true", [name: value])).map(\.code).contains(.parameterValue))
    }

    @Test("of another value make another mart")
    func definition() throws {
        func mart(_ days: String) throws -> TableDefinition? {
            try Pipeline.parse(bundle: Self.bundle("n > :days", ["days": days]))
                .tableDefinitions["mart_sales"]
        }
        #expect(try mart("90") == mart("90"))
        #expect(try mart("90") != mart("30"))
    }
}
