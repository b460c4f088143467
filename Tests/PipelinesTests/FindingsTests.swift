import Testing

@testable import Pipelines

@Suite("Problems of a definition")
struct FindingsTests {
    private func findings(_ text: String) -> Findings {
        let findings = Findings()
        findings.addSource(SourceText(path: DefinitionBundle.mainFile, text: text))
        return findings
    }

    private let start = Span.start(of: DefinitionBundle.mainFile)

    @Test("that are too many to tell are counted beside those that are told, each once")
    func rest() {
        let findings = findings("pipeline: p")
        for number in 0..<230 {
            findings.add(.nameUnknown, at: start, "problem \(max(number, 9))")
        }
        let told = findings.sorted
        #expect(told.count == 192)
        #expect(
            told.filter { $0.code == .problemsMore }.map(\.message)
                == ["there are 30 problems more than the 191 that are told"]
        )
    }

    @Test("show a thousand characters of a line, the last of a longer one `…`")
    func longLine() throws {
        let line = String(repeating: "x", count: 1_000)
        for (text, shown) in [(line, line), (line + "x", String(line.dropLast()) + "…")] {
            let findings = findings(text)
            findings.add(.nameUnknown, at: start, "wrong")
            #expect(findings.sorted.map(\.sourceLine) == [shown])
        }
    }
}
