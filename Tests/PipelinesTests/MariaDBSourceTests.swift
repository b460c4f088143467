import Testing

@testable import Pipelines

@Suite("Sources in MariaDB")
struct MariaDBSourceTests {
    private static func definition(_ source: String, query: String) -> String {
        """
        pipeline: shop
        period: { grain: month, start: 2024-01 }
        sources:
          shop: \(source)
        facts:
          sale:
            from: { source: shop, query: \(query) }
            period: sold_on
            grain: [sale_id]
            columns:
              sale_id: { type: text, required: true }
              sold_on: { type: date, required: true }
        """
    }

    private static let source = #"{ mysql: "mysql://reader:${SHOP_PASSWORD}@db.example/shop" }"#

    private static func problems(_ text: String) -> [Diagnostic] {
        do throws(DefinitionError) {
            _ = try Pipeline.parse(bundle: DefinitionBundle(files: ["pipeline.yaml": text]))
            return []
        } catch {
            return error.diagnostics
        }
    }

    @Test("are read with their queries, which are cut by period")
    func read() throws {
        let query = "\"select * from sale where sold_on >= :period_start -- and so on\""
        let text = Self.definition(Self.source, query: query)
        let pipeline = try Pipeline.parse(bundle: DefinitionBundle(files: ["pipeline.yaml": text]))
        #expect(
            pipeline.sources["shop"]
                == .mysql(url: "mysql://reader:${SHOP_PASSWORD}@db.example/shop")
        )
        #expect(pipeline.facts.first?.extract.isCutByPeriod == true)
    }

    @Test(
        "take no query that the server reads otherwise, or that writes",
        arguments: [
            ("select 1 into outfile '/tmp/x'", "`into` writes"), ("select 1 # one", "`#` begins"),
            ("select 1 /*! into outfile '/tmp/x' */", "runs what is in"),
            ("select 1 /*M! into outfile '/tmp/x' */", "runs what is in"),
            ("select 1 --1", "`--` without a blank"),
            ("select 1 /* a /* b */ c */", "in a comment"),
            ("select E'a'", "Postgres only"), ("select $$a$$", "Postgres only"),
        ]
    )
    func refused(_ query: String, _ message: String) {
        let problems = Self.problems(Self.definition(Self.source, query: "\"\(query)\""))
        #expect(problems.contains { $0.code == .sqlStatement && $0.message.contains(message) })
        let postgres = Self.source.replacing("mysql", with: "postgres")
        let others = Self.problems(Self.definition(postgres, query: "\"\(query)\""))
        #expect(!others.contains { $0.message.contains(message) })
    }

    @Test("have no password that anyone can read, and no other URL")
    func urls() {
        let password = Self.problems(
            Self.definition(
                #"{ mysql: "mysql://reader:hunter2@db.example/shop" }"#,
                query: "select 1"
            )
        )
        #expect(password.contains { $0.code == .secretLiteral })
        let form = Self.problems(
            Self.definition(#"{ mysql: "postgres://reader@db.example/shop" }"#, query: "select 1")
        )
        #expect(form.contains { $0.message.contains("of a MariaDB database") })
        #expect(
            form.contains { $0.expected?.contains("`mysql://user@host:port/database`") == true }
        )
        let files = Self.problems(
            Self.definition(Self.source, query: "select 1").replacing("query:", with: "csv:")
        )
        #expect(
            files.contains {
                $0.message.contains("is a MariaDB or MySQL database and has no `csv`")
            }
        )
    }
}
