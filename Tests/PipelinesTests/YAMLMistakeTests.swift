import Pipelines
import Testing

@Suite("Texts that are no YAML")
struct YAMLMistakeTests {
    @Test(
        "each mistake is told at its line and column",
        arguments: [
            Mistake(
                "a tab in the indentation is told",
                replacing: "    key: code",
                with: "\tkey: code",
                [
                    "9:1: error: a tab stands in the indentation [yaml.syntax]"
                ]
            ),
            Mistake(
                "an unclosed bracket is told",
                replacing: "[sale_id]",
                with: "[sale_id",
                [
                    "29:12: error: the text is not YAML: did not find expected ',' or ']' [yaml.syntax]"
                ]
            ),
            Mistake(
                "an unclosed quote is told",
                replacing: #""sales_{period}.csv""#,
                with: #""sales_{period}.csv"#,
                [
                    "34:24: error: the text is not YAML: did not find expected ',' or '}' [yaml.syntax]"
                ]
            ),
            Mistake(
                "a colon in a text is told",
                replacing: "key: code",
                with: "key: code: x",
                [
                    "9:14: error: the text is not YAML: mapping values are not allowed in this context [yaml.syntax]"
                ]
            ),
            Mistake(
                "a parameter without quotes in braces is told",
                replacing: "required: true }\n      name",
                with: "required: ${x} }\n      name",
                [
                    "11:38: error: the text is not YAML: did not find expected ',' or '}' [yaml.syntax]"
                ]
            ),
            Mistake(
                "an anchor is told",
                replacing: "key: code",
                with: "key: &k code",
                [
                    "9:10: error: the anchor `&k` is not allowed: definitions use no anchors and aliases [yaml.feature]"
                ]
            ),
            Mistake(
                "an undefined alias is told",
                replacing: "key: code",
                with: "key: *k",
                [
                    "9:10: error: definitions use no anchors and aliases [yaml.feature]"
                ]
            ),
            Mistake(
                "a tag is told",
                replacing: "key: code",
                with: "key: !secret code",
                [
                    "9:10: error: the tag `!secret` is not allowed [yaml.feature]"
                ]
            ),
            Mistake(
                "a second document is told",
                replacing: "facts:",
                with: "---\nfacts:",
                [
                    "24:1: error: the file holds more than one YAML document [yaml.syntax]"
                ]
            ),
            Mistake(
                "a control character is told",
                replacing: "key: code",
                with: "key: co\u{7}de",
                [
                    "9:12: error: the character U+0007 must not stand in a definition [yaml.syntax]"
                ]
            ),
            Mistake(
                "a key that is a list is told",
                replacing: "key: code",
                with: "[a]: code",
                [
                    "7:3: error: a dimension needs the key `key` [key.missing]",
                    "9:5: error: a key must be a word [yaml.feature]",
                ]
            ),
            Mistake(
                "an empty file is told",
                whole: "",
                [
                    "1:1: error: the definition is empty [value.missing]"
                ]
            ),
            Mistake(
                "a list in the place of the pipeline is told",
                whole: "- a\n- b\n",
                [
                    "1:1: error: `pipeline.yaml` is a list [value.kind]"
                ]
            ),
            Mistake(
                "a text in the place of the pipeline is told",
                whole: "pipeline\n",
                [
                    "1:1: error: `pipeline.yaml` is a text [value.kind]"
                ]
            ),
            Mistake(
                "wrong indentation is told",
                replacing: "    grain: [sale_id]",
                with: "   grain: [sale_id]",
                [
                    "28:4: error: the text is not YAML: did not find expected key [yaml.syntax]"
                ]
            ),
        ]
    )
    func mistakes(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }

    @Test("a `${…}` is blamed where it stands outside of quotes only")
    func notes() {
        func note(_ text: String) -> String? {
            diagnose(DefinitionBundle(files: ["pipeline.yaml": text])).first?.note
        }
        let sources = "sources:\n  drops: { files: "
        #expect(note(sources + "${DATA} }\n")?.contains("must be in quotes: `\"${name}\"`") == true)
        #expect(
            note("pipeline: \"x\n" + sources + "\"${DATA}\" }\n")
                == "the indentation is wrong here, or a quote or bracket before is not closed"
        )
    }
}
