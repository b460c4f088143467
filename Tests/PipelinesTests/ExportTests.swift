import Pipelines
import Testing

@Suite("Exports in a definition")
struct ExportTests {
    private static let sql = "select name as city, code from dim_city"

    /// A pipeline with one dimension, one bucket, one folder, one database, and the exports that are given.
    private static func bundle(_ exports: String, sql: String = ExportTests.sql) -> DefinitionBundle
    {
        let yaml = """
            pipeline: shop
            sources:
              drops: { files: data }
              lake: { s3: "s3://lake/out" }
              app: { postgres: "${APP_URL}" }
              ads: { mongo: "${ADS_URL}" }
            dimensions:
              city:
                from: { source: drops, csv: cities.csv }
                key: code
                columns:
                  code: { type: text, required: true }
                  name: { type: text }
            exports:
            \(exports)

            """
        return DefinitionBundle(files: ["pipeline.yaml": yaml, "cities.sql": sql])
    }

    /// `message [code]` of each problem that is no unused source.
    private static func found(_ exports: String) -> [String] {
        problems(bundle(exports))
            .compactMap { line in
                line.firstRange(of: "error: ").map { String(line[$0.upperBound...]) }
            }
    }

    @Test("say what is delivered where, and read what their SQL names")
    func read() throws {
        let pipeline = try Pipeline.parse(
            bundle: Self.bundle(
                """
                  rows:
                    sql: cities.sql
                    key: [code]
                    to: { source: app, table: app.city }
                    missing: delete
                    after: [page, api]
                    wait: { for: 2 h }
                    pool: heavy
                  page:
                    sql: cities.sql
                    mode: replace
                    to: { source: lake, object: cities.jsonl, format: jsonl }
                  api:
                    sql: cities.sql
                    key: [code, city]
                    to:
                      http: "https://${API_HOST}/cities/{code}/{city}"
                      method: patch
                      headers: { Authorization: "Bearer ${API_TOKEN}" }
                      private: true
                  documents: { sql: cities.sql, key: code, to: { source: ads, collection: cities, insert: false } }
                """
            )
        )
        let documents = try #require(pipeline.export("documents"))
        #expect(
            documents.target == .documents(source: "ads", collection: "cities", inserts: false)
        )
        let rows = try #require(pipeline.export("rows"))
        #expect(rows.reads == ["city"] && rows.key == ["code"] && rows.deletesMissing)
        #expect(rows.target == .table(source: "app", name: "app.city"))
        #expect(rows.after == ["page", "api"] && rows.pool == "heavy")
        #expect(rows.patience == .seconds(7200))
        let page = try #require(pipeline.export("page"))
        #expect(page.isWhole && page.query == Self.sql)
        #expect(
            page.target == .objects(source: "lake", name: "cities.jsonl", format: .jsonLines)
        )
        guard case .calls(let call)? = pipeline.export("api")?.target else {
            Issue.record("it is a call")
            return
        }
        #expect(call.method == "PATCH" && call.isPrivate)
        #expect(call.headers == ["Authorization": "Bearer ${API_TOKEN}"])
        #expect(pipeline.needs(of: "rows") == ["city"])
        #expect(pipeline.pools == ["default", "heavy"])
    }

    @Test(
        "each mistake is told",
        arguments: [
            (
                "{ sql: cities.sql, to: { source: app, table: city } }",
                "the export has no `key`, by which one row is told from another [key.missing]"
            ),
            (
                "{ sql: cities.sql, key: [code, code], to: { source: app, table: city } }",
                "`key` names a column twice [value.malformed]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { table: city } }",
                "`table` has no `source`, which says where it is [key.missing]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { source: lake, table: city } }",
                "`lake` is a bucket of objects, to which no `table` is delivered [source.kind]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { source: app, object: \"{code}.json\" } }",
                "`app` is a Postgres database, to which no `object` is delivered [source.kind]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { source: app, collection: city } }",
                "`app` is a Postgres database, to which no `collection` is delivered [source.kind]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { source: ads, table: city } }",
                "`ads` is a MongoDB database, to which no `table` is delivered [source.kind]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { source: ads, collection: system.users } }",
                "`collection` cannot be `system.users` [value.malformed]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { source: app, table: city, insert: false } }",
                "`insert` stands beside `table` [key.conflict]"
            ),
            (
                "{ sql: cities.sql, mode: replace, to: { source: ads, collection: city } }",
                "`collection` stands beside `mode: replace`, where all rows are one object [key.conflict]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { source: laek, object: \"{code}.json\" } }",
                "there is no source `laek`; did you mean `lake`? [name.unknown]"
            ),
            (
                "{ sql: cities.sql, key: [code, city], to: { source: lake, object: \"{code}.json\" } }",
                "`{code}.json` has not all of the `key` in it, so two rows could not be told from "
                    + "others [value.malformed]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { source: lake, object: \"{code}{x}.json\" } }",
                "`{x}` stands for nothing: it is no column of the `key` [value.malformed]"
            ),
            (
                "{ sql: cities.sql, key: [code, city], to: { source: lake, object: \"{code}-{city}.json\" } }",
                "nothing shows where the value of `{code}` ends and that of `{city}` begins, so two keys could "
                    + "share a name [value.malformed]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { source: lake, object: \"../{code}\" } }",
                "`object` cannot be `../{code}`: it leaves its folder [value.malformed]"
            ),
            (
                "{ sql: cities.sql, mode: replace, to: { source: app, table: city } }",
                "`table` stands beside `mode: replace`, where all rows are one object [key.conflict]"
            ),
            (
                "{ sql: cities.sql, mode: replace, missing: delete, to: { source: lake, object: c } }",
                "`missing` stands beside `mode: replace`, where all rows are one object [key.conflict]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { source: app, table: city, format: jsonl } }",
                "`format` stands beside `table` [key.conflict]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { source: app, table: a.b.c } }",
                "`table` cannot be `a.b.c` [value.malformed]"
            ),
            (
                "{ sql: cities.sql, key: code, missing: delete, to: { http: \"https://a.example/x\" } }",
                "`https://a.example/x` has not all of the `key` in it, so a row that is deleted could "
                    + "not be told from others [value.malformed]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { http: \"ftp://a.example/x\" } }",
                "the address of an API is not understood [value.malformed]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { http: \"https://a.example\", headers: { X-Api-Key: abc } } }",
                "a secret is written into `X-Api-Key` [secret.literal]"
            ),
            (
                "{ sql: cities.sql, key: code, to: { http: \"https://${LONGSHORE_X}\" } }",
                "the variable `LONGSHORE_X` is Longshore's own, and no source may name it [name.reserved]"
            ),
            (
                "{ sql: cities.sql, key: code, after: pge, to: { source: app, table: city } }",
                "there is no export `pge` [name.unknown]"
            ),
            (
                "{ sql: cities.sql, key: code, after: x, to: { source: app, table: city } }",
                "these exports need each other in a circle: `x` → `x` [table.cycle]"
            ),
        ]
    )
    func mistakes(_ export: String, _ problem: String) {
        #expect(Self.found("  x: \(export)") == [problem])
    }

    @Test("share their names with tables")
    func names() {
        #expect(
            Self.found("  city: { sql: cities.sql, key: code, to: { source: app, table: c } }")
                == ["the name `city` is taken: there is a dimension of that name [name.taken]"]
        )
    }

    @Test("a header without a secret may say what it likes, and a secret is not shown")
    func headers() {
        let open =
            "  x: { sql: cities.sql, key: code, to: { http: \"https://a.example\", headers: { X-Team: abc, X-Author: me, Keywords: a } } }"
        #expect(Self.found(open) == [])
        let secret =
            "  x: { sql: cities.sql, key: code, to: { http: \"https://a.example\", headers: { Cookie: hush } } }"
        let told = diagnose(Self.bundle(secret)).map { "\($0.description) \($0.sourceLine ?? "")" }
        #expect(!told.joined().contains("hush"))
    }
}

@Suite("Names with the values of a key")
struct KeyedNameTests {
    @Test("have each value encoded, so that none leads elsewhere and two are never the same")
    func filled() {
        #expect(KeyedName("spend/{year}\u{301}/{id}.json").columns == ["year", "id"])
        let name = KeyedName("spend/{year}/{id}.json")
        #expect(name.columns == ["year", "id"])
        #expect(name.filled(with: ["year": "2024", "id": "a b"]) == "spend/2024/a%20b.json")
        #expect(name.filled(with: ["year": "..", "id": "../x"]) == "spend/%2E%2E/..%2Fx.json")
        #expect(name.filled(with: ["year": ".", "id": "%2F"]) == "spend/%2E/%252F.json")
        #expect(name.filled(with: ["year": "é", "id": "{id}"]) == "spend/%C3%A9/%7Bid%7D.json")
    }

    @Test(
        "show where a value ends by what is always encoded in it",
        arguments: ["", "-", "._~x1", "%20", "é", "${X}"]
    )
    func unparted(_ literal: String) throws {
        let pair = try #require(KeyedName("{a}\(literal){b}").unparted)
        #expect(pair.first == "a" && pair.second == "b")
        #expect(KeyedName("{a}\(literal)/{b}").unparted == nil)
        #expect(KeyedName("{a}\(literal){a}").unparted == nil)
    }

    @Test("leave variables for who knows them")
    func variables() {
        let name = KeyedName("https://${host}/{id}?x=${TOKEN:-}")
        #expect(name.columns == ["id"])
        #expect(name.filled(with: ["id": "$1"]) == "https://${host}/%241?x=${TOKEN:-}")
    }
}
