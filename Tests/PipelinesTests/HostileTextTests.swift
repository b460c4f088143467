import Pipelines
import Testing

@Suite("Hostile texts")
struct HostileTextTests {
    private func codes(_ yaml: String) -> [Diagnostic.Code] {
        diagnose(DefinitionBundle(files: ["pipeline.yaml": yaml])).map(\.code)
    }

    @Test("a bomb of aliases in keys is refused before it is built")
    func aliasBomb() {
        var yaml = "a0: &a0 {x: y}\n"
        for level in 1...60 {
            yaml += "a\(level): &a\(level) {? *a\(level - 1) : 1, ? [*a\(level - 1)] : 2}\n"
        }
        #expect(codes(yaml) == [.yamlFeature])
    }

    @Test("aliases are refused where they stand")
    func alias() {
        let yaml = Shop.yaml.replacing("type: integer", with: "type: &t integer")
            .replacing("{ type: timestamp }", with: "{ type: *t }")
        #expect(codes(yaml).contains(.yamlFeature))
    }

    @Test("deep nesting is refused", arguments: ["[", "{a: ", "- ", "? "])
    func nesting(opening: String) {
        for depth in [30, 900, 5_000] {
            #expect(!codes(String(repeating: opening, count: depth)).isEmpty)
        }
        let closed = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(codes("pipeline: \(closed)").contains(.fileTooLarge))
    }

    @Test("a text that is too long is refused")
    func size() {
        #expect(codes("pipeline: x\n" + String(repeating: "#", count: 262_144)) == [.fileTooLarge])
    }

    @Test("a byte order mark and Windows' line ends change nothing")
    func lineEnds() {
        let windows =
            "\u{FEFF}"
            + Shop.yaml.replacing("\n", with: "\r\n").replacing("key: code", with: "kez: code")
        let unix = Shop.yaml.replacing("key: code", with: "kez: code")
        let files = ["marts/sales.sql": Shop.sql]
        let bundles = [windows, unix]
            .map { text in
                DefinitionBundle(files: files.merging(["pipeline.yaml": text]) { $1 })
            }
        #expect(problems(bundles[0]) == problems(bundles[1]))
        #expect(problems(bundles[0]).count == 2)
    }

    @Test("many doubled keys are all told")
    func doubledKeys() {
        let yaml = "pipeline: x\nfacts: {}\n" + String(repeating: "description: y\n", count: 20)
        #expect(codes(yaml).count { $0 == .keyDoubled } == 19)
    }

    @Test("of many problems the first are told, and that there are more", .timeLimit(.minutes(1)))
    func manyProblems() {
        let keys = (0..<20_000).map { "k\($0): {}\n" }.joined()
        let found = codes("pipeline: b\n" + keys)
        #expect(found.count == 201)
        #expect(found.contains(.problemsMore))
    }

    @Test("doubled keys of a large text are told without reading it again and again")
    func manyDoubledKeys() {
        let text = "pipeline: b\n" + String(repeating: "a: 1\n", count: 40_000)
        #expect(codes(text) == [.keyDoubled])
    }

    @Test("of a long line the beginning is shown")
    func longLine() {
        let line = "x: [" + String(repeating: "://a:b", count: 30_000) + "]"
        let bundle = DefinitionBundle(files: ["pipeline.yaml": "pipeline: b\n" + line])
        let error = #expect(throws: DefinitionError.self) { try Pipeline.parse(bundle: bundle) }
        #expect(error?.rendered().utf8.count ?? 0 < 10_000)
    }

    @Test("doubled keys that cannot be renamed are told once")
    func oddDoubledKeys() {
        #expect(codes("[a]: 1\n[a]: 2\n") == [.keyDoubled])
    }
}

@Suite("Passwords in a definition")
struct PasswordTests {
    @Test(
        "are never shown, whatever else is wrong with their line",
        arguments: [
            #"{ postgres: "postgres://reader:hunter2@crm/db", colour: red }"#,
            #"{ postgres: "postgres://reader:hunter2@crm/db"#,
            #"{ postgres: "postgres://reader:hunt@er2@crm/db?password=hunter2" }"#,
            #"{ postgres: "${URL:-postgres://reader:hunter2@crm/db}", files: x }"#,
            #"{ postgres: "postgres://${USER:hunter2@crm/db" }"#,
            #"{ postgres: "postgres://reader:hun\x74er2@crm/db" }"#,
            #"{ postgres: postgres://crm/db, password: hunter2 }"#,
            #"{ postgres: "postgres://reader:huńt@er2@crm/db", colour: red }"#,
            #"{ postgres: "postgres://crm/db?options=-c%20a.pw%3Dhunter2", colour: red }"#,
            #"{ postgres: "reader:hunter2@crm/db", colour: red }"#,
            #"{ postgres: "host=crm PASSWORD = hunter2"#,
        ]
    )
    func masked(source: String) {
        let bundle = Shop.bundle(replacing: #"{ postgres: "${CRM_URL}" }"#, with: source)
        let error = #expect(throws: DefinitionError.self) { try Pipeline.parse(bundle: bundle) }
        let shown = (error?.rendered() ?? "") + "\(String(describing: error))"
        #expect(!shown.contains("er2"))
    }
}
