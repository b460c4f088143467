import Pipelines
import Testing

/// The lines of docs/bad-input.md about definitions: one test each.
@Suite("Bad input: definitions")
struct BadInputDefinitionTests {
    private func problem(of name: String) -> String {
        problems(Shop.bundle(replacing: "      name: {", with: "      \(name): {")).first
            ?? "nothing"
    }

    @Test(
        "quotes, SQL and letters beyond ASCII are no names",
        arguments: [
            "\"na\\\"me\"", "'x; drop table y'", "\"name--\"", "namé", "Name", "na-me", "_name",
            "1name",
        ]
    )
    func identifiers(name: String) {
        let text = problem(of: name)
        #expect(text.hasPrefix("pipeline.yaml:12:7: error: `"), "\(text)")
        #expect(text.contains("cannot be the name of a column"), "\(text)")
        #expect(text.hasSuffix("[name.malformed]"), "\(text)")
    }

    @Test("names have at most 48 bytes, so that what is made of them fits Postgres' 63")
    func length() {
        #expect(problem(of: String(repeating: "n", count: 48)) == "nothing")
        for count in [49, 64, 500] {
            #expect(problem(of: String(repeating: "n", count: count)).hasSuffix("[name.malformed]"))
        }
    }

    @Test("words of SQL are names; Longshore's and Postgres' own are not")
    func reserved() {
        #expect(problem(of: "select") == "nothing")
        #expect(
            problem(of: "xmin")
                == "pipeline.yaml:12:7: error: the column `xmin` cannot be: it is a system column of "
                + "Postgres [name.reserved]"
        )
    }

    @Test("a bomb of aliases is refused where the first stands")
    func aliasBomb() {
        var yaml = "a: &a [x, x]\n"
        for level in 1...40 { yaml += "a\(level): &a\(level) [*a, *a]\n" }
        let found = problems(DefinitionBundle(files: ["pipeline.yaml": yaml]))
        #expect(
            found.first
                == "pipeline.yaml:1:4: error: definitions use no anchors and aliases [yaml.feature]"
        )
    }

    @Test("a key that stands twice is refused with both places")
    func doubledKey() {
        let found = problems(
            Shop.bundle(replacing: "    key: code", with: "    key: code\n    key: name")
        )
        #expect(found.count == 1)
        #expect(found[0].hasPrefix("pipeline.yaml:10:5: error: "), "\(found)")
        #expect(found[0].hasSuffix("[key.doubled]"), "\(found)")
    }

    @Test("a key that only looks like another one is refused")
    func lookalikeKeys() {
        let keys = "    caf\u{e9}: 1\n    cafe\u{301}: 2"
        let found = problems(
            Shop.bundle(replacing: "    key: code", with: "    key: code\n" + keys)
        )
        #expect(
            found.contains {
                $0.contains("the key `cafe\u{301}` looks like another one in this mapping")
                    && $0.hasPrefix("pipeline.yaml:11:5: error: ")
            },
            "\(found)"
        )
    }

    @Test("a tab in the indentation is refused")
    func tab() {
        let found = problems(Shop.bundle(replacing: "    key: code", with: "\tkey: code"))
        #expect(found.first?.hasPrefix("pipeline.yaml:9:1: error: ") == true, "\(found)")
        #expect(found.first?.contains("tab") == true, "\(found)")
    }

    @Test("an unknown key is refused with the nearest one")
    func unknownKey() {
        let found = problems(
            Shop.bundle(replacing: "    key: code", with: "    key: code\n    pooll: heavy")
        )
        #expect(
            found == [
                "pipeline.yaml:10:5: error: a dimension has no key `pooll`; did you mean `pool`? "
                    + "[key.unknown]"
            ]
        )
    }
}
