import Pipelines
import Testing

@Suite("Parameters in queries")
struct SQLParameterTests {
    /// The shop's query of cities with `condition` behind it.
    private static func bundle(
        _ condition: String,
        _ parameters: [String: String] = ["region": "co"]
    ) -> DefinitionBundle {
        let query =
            "query: |\n          select code, name from cities where \(condition)\n    key: code"
        let text = Shop.yaml
            .replacing(
                "from: { source: crm, query: \"select code, name from cities\" }\n    key: code",
                with: "from:\n        source: crm\n        \(query)"
            )
            .replacing(
                "sources:\n",
                with: "parameters:\n  region: { type: text, default: co }\n"
                    + "  limit: { type: integer, default: 5 }\n"
                    + "  all: { type: boolean, default: true }\nsources:\n"
            )
        return DefinitionBundle(
            files: ["pipeline.yaml": text, "marts/sales.sql": Shop.sql],
            parameters: parameters
        )
    }

    private static func condition(
        _ condition: String,
        _ parameters: [String: String]
    ) throws -> String? {
        let pipeline = try Pipeline.parse(bundle: bundle(condition, parameters))
        guard case .extract(let extract) = pipeline.dimension("city")?.content,
            case .query(let text) = extract.selection
        else { return nil }
        return text.split(separator: " where ", maxSplits: 1).last
            .map { String(String.UnicodeScalarView($0.unicodeScalars.dropLast())) }
    }

    @Test(
        "are values: constants of their types, or a part of the string they stand in",
        arguments: [
            ("region = '${region}'", "region = 'co'' or 1=1 --'"),
            ("region = ${region}", "region = 'co'' or 1=1 --'"),
            ("region like E'\\\\${region}%'", "region like E'\\\\co'' or 1=1 --%'"),
            ("n - ${limit} < ${limit}", "n - (-5) < (-5)"),
            ("n < '${limit}'::int", "n < '-5'::int"),
            ("${all}", "false"),
            ("r in (${region}, '${region}')", "r in ('co'' or 1=1 --', 'co'' or 1=1 --')"),
            ("r = 'a'\n          -- ${x\n          '${region}'", nil),
        ] as [(String, String?)]
    )
    func values(text: String, expected: String?) throws {
        let given = ["region": "co' or 1=1 --", "limit": "-5", "all": "false"]
        guard let expected else {
            #expect(diagnose(Self.bundle(text, given)).map(\.code) == [.valueMalformed])
            return
        }
        #expect(try Self.condition(text, given) == expected)
    }

    @Test("by bytes: a mark joins no quote, and a backslash is doubled where it means something")
    func bytes() throws {
        let given = ["region": "x\u{600}'\u{301}\\"]
        #expect(
            try Self.condition("a = '${region}' or b = E'${region}'", given).map { Array($0.utf8) }
                == Array("a = 'x\u{600}''\u{301}\\' or b = E'x\u{600}''\u{301}\\\\'".utf8)
        )
    }

    @Test(
        "are refused where no value can stand",
        arguments: [
            ("$$${region}$$ = code", "a string between dollars"),
            ("$a${region}$a$ = code", "a string between dollars"),
            ("U&'${region}' = code", "a string `U&'…'`"),
            ("\"${region}\" = 1", "in a name"),
            ("code > '' -- ${region}", "in a comment"),
            ("code > '' /* ${region} */", "in a comment"),
            ("a_${region} = 1", "against a word"),
            ("cities.${region} = 1", "against a word"),
            ("code::${region} = 1", "against a word"),
            ("E${region} = code", "against a word"),
            ("code = 'a'${region}", "beside a string"),
            ("code = E'a'\n          ${region}", "beside a string"),
            ("code = 'a' -- b\n          /* c */ ${region}", "beside a string"),
            ("code = ${region} ${region}", "beside a string"),
            ("code = E'a\\${region}'", "behind a backslash"),
        ]
    )
    func refused(text: String, message: String) {
        let found = diagnose(Self.bundle(text))
        #expect(found.map(\.code) == [.parameterPlace])
        #expect(found.first?.message.contains(message) == true)
        #expect(found.first?.expected != nil)
    }

    @Test("are no query, and no part of one")
    func wholeQuery() {
        let bundle = Shop.bundle(
            replacing: "\"select code, name from cities\"",
            with: "\"${query}\"",
            parameters: ["query": "select 1"]
        )
        let text = (bundle.files["pipeline.yaml"] ?? "") + "parameters: { query: { type: text } }\n"
        let declared = DefinitionBundle(
            files: ["pipeline.yaml": text, "marts/sales.sql": Shop.sql],
            parameters: bundle.parameters
        )
        #expect(diagnose(declared).map(\.code) == [.sqlStatement])
    }
}

@Suite("One query is one")
struct SQLScanTests {
    private static func problems(_ sql: String) -> [String] {
        diagnose(Shop.bundle(sql: sql)).filter { $0.severity == .error }.map(\.message)
    }

    @Test(
        "no string hides what follows it, however Postgres reads it",
        arguments: [
            // A string goes on behind a line end, and so do its escapes.
            "select E'a'\n'\\'', 1 ; drop table x --' from t",
            "select E'a' -- b\n '\\'' ; drop table x --'",
            "select 'a'\n'\\' ; drop table x",
            // Letters to Postgres, blanks to Unicode.
            "select \u{A0}e'\\' ; drop table x --'",
            "select U&'\\' ; drop table x --'",
            "select 1$$'$$; drop table x; --'",
            "select a$$b, '$$; ' ; drop table x",
            "select /* /* */ ' */ 1 ; drop table x --'",
        ]
    )
    func hidden(sql: String) {
        #expect(Self.problems(sql).first == "the SQL goes on after `;`")
    }

    @Test(
        "what is one string to Postgres hides nothing",
        arguments: [
            "select E'a'\n'\\' ; drop table x --' from fact_sale",
            "select E'\\\\' from fact_sale where x > ';'",
            "select $a$ ; $$ ' $a$ from fact_sale",
            "select N'a;' , b'1', x'F', U&'\\0061;' from fact_sale",
        ]
    )
    func single(sql: String) {
        #expect(Self.problems(sql) == [])
    }

    @Test(
        "parentheses close what they open",
        arguments: [
            ("select 1) to stdout --", "a `)` closes nothing"),
            ("select (1 from t", "a `(` is not closed"),
            ("select 1e'a'", "a string follows a number without a blank"),
        ]
    )
    func parentheses(sql: String, message: String) {
        #expect(Self.problems(sql) == [message])
    }
}
