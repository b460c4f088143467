import Pipelines
import Testing

@Suite("A diagnostic as text")
struct RenderingTests {
    @Test("shows the line, the caret, what was expected and what helps")
    func full() {
        let diagnostic = Diagnostic(
            severity: .error,
            code: .keyUnknown,
            file: "pipeline.yaml",
            position: .init(line: 12, column: 4),
            length: 3,
            message: "no key `kee`",
            expected: "`key`",
            suggestion: "key",
            note: "keys open locks",
            sourceLine: " \té kee: x"
        )
        #expect(
            diagnostic.rendered(folder: "shop/")
                == """
                error[key.unknown]: no key `kee`
                  --> shop/pipeline.yaml:12:4
                   |
                12 |  \\té kee: x
                   |     ^^^ did you mean `key`?
                   = expected: `key`
                   = note: keys open locks
                """
        )
        #expect(
            diagnostic.description
                == "pipeline.yaml:12:4: error: no key `kee`; did you mean `key`? [key.unknown]"
        )
    }

    @Test("never marks more than the line has")
    func longSpan() {
        let diagnostic = Diagnostic(
            severity: .warning,
            code: .unused,
            file: "a",
            position: .init(line: 1, column: 3),
            length: 99,
            message: "m",
            sourceLine: "abcd"
        )
        #expect(
            diagnostic.rendered() == "warning[name.unused]: m\n --> a:1:3\n  |\n1 | abcd\n  |   ^^"
        )
    }

    @Test("does without a line when the file cannot be read")
    func noLine() {
        let diagnostic = Diagnostic(
            severity: .error,
            code: .fileMissing,
            file: "pipeline.yaml",
            position: .start,
            message: "there is no file",
            suggestion: "pipelines.yaml"
        )
        #expect(
            diagnostic.rendered(folder: "shop")
                == """
                error[file.missing]: there is no file
                --> shop/pipeline.yaml
                 = did you mean `pipelines.yaml`?
                """
        )
    }

    @Test("shows a line with a password only as far as the password's URL")
    func password() {
        let bundle = Shop.bundle(
            replacing: "\"${CRM_URL}\"",
            with: "\"postgres://u:hunter2@crm/db\""
        )
        #expect(
            diagnose(bundle).map { $0.rendered() } == [
                """
                error[secret.literal]: a password is written into the URL
                 --> pipeline.yaml:5:20
                  |
                5 |   crm: { postgres: ***
                  |                    ^^^
                  = expected: `${NAME}` in its place: it is taken from the environment where it is used
                """
            ]
        )
    }
}
