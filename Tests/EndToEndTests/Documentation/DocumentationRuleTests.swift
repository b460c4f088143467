import Testing

/// The rules by which pages are executed.
@Suite("The rules of executed pages", .serialized)
struct DocumentationRuleTests {
    @Test(
        "shown output is right about the real one, with … for what may differ",
        arguments: [
            ("a b", "a   b ", true), ("a b", "a c", false), ("a …", "a and more", true),
            ("… b … d", "a b c d", true), ("… b … d", "a c d", false), ("a…", "b", false),
            ("loaded in 0.31 s (12 rows/s)", "loaded in 1 min 04 s (9,000 rows/s)", true),
            ("3 rows", "4 rows", false), ("---+----", "-----+--", true),
        ]
    )
    func line(shown: String, real: String, isRight: Bool) {
        #expect(ShownOutput.matches(shown, real) == isRight)
    }

    @Test("a line of … alone stands for any lines, and right lines stay as they are written")
    func lines() {
        let real = ["one", "two", "three", "four 4"]
        #expect(ShownOutput(["one", "…", "four …"], real: real).isRight)
        #expect(ShownOutput(["…"], real: []).isRight)
        let wrong = ShownOutput(["one", "too", "three", "four …"], real: real)
        #expect(!wrong.isRight)
        #expect(wrong.difference == "  one\n- too\n+ two\n  three\n  four …")
        #expect(wrong.corrected == ["one", "two", "three", "four …"])
    }

    @Test("a part is merged where it is written over lines, and replaces in braces")
    func merge() throws {
        let base =
            "facts:\n  sale:\n    from: { source: a, csv: b }\n    columns:\n      x: { type: text }\n"
        let part = "from: { source: c, query: d }\ncolumns:\n  y: { type: date }\n"
        let merged = try Fragment(part).merged(into: base, at: "facts.sale")
        #expect(
            merged == """
                facts:
                  sale:
                    from:
                      source: c
                      query: d
                    columns:
                      x:
                        type: text
                      y:
                        type: date

                """
        )
    }

    @Test("what a command exports is there for the next one, and its exit code is its own")
    func exports() async throws {
        let text = """
            ```console
            $ export GREETING="it's  here"; (exit 3)
            [exit 3]
            $ printf '%s' "$GREETING"
            it's  here
            ```
            """
        let run = try await PageRun.of(Page(path: "docs/example.md", text: text))
        #expect(run.failures.map(\.description) == [])
    }

    @Test("an example that is wrong is told with page, line and difference, and can be corrected")
    func wrong() async throws {
        let page = Page(
            path: "docs/example.md",
            text: """
                In `notes.csv`:

                ```csv title="notes.csv"
                a,b
                ```

                ```console
                $ cat notes.csv
                a,c
                $ longshore check nowhere
                $ psql -c "select 1 as one,
                > 'x' as two"
                …
                ```

                ```sh
                rm -r /
                ```

                ```yaml
                facts: {}
                ```
                """
        )
        let run = try await PageRun.of(page)
        #expect(
            run.failures.map { $0.description.prefix { $0 != "\n" } } == [
                "docs/example.md:8: `cat notes.csv` does not answer as shown (- shown, + real):",
                "docs/example.md:10: `longshore check nowhere` does not answer as shown (- shown, + real):",
                "docs/example.md:16: a block of `sh` is not executed: make it `console`, give it a "
                    + "`title=\"file\"`, or mark it as `text`",
                "docs/example.md:20: a part of a definition comes after a whole one: show a `yaml` block "
                    + "with `title=\"…/pipeline.yaml\"` before",
            ]
        )
        let corrected = page.text(with: run.edits)
        #expect(corrected.contains("$ cat notes.csv\na,b\n$ longshore check nowhere\nerror"))
        #expect(corrected.contains("[exit 65]\n$ psql"))
    }
}
