import TestSupport
import Testing

@testable import Console

/// What a reader of the program's output sees, whatever somebody has written.
@Suite("One way out")
struct OneWayOutTests {
    /// What no terminal may be sent but LF: controls, marks of direction, what cannot be seen.
    ///
    /// Written down once more, by ranges, so that the rule is not judged by itself.
    private static let forbidden: [ClosedRange<UInt32>] = [
        0x00...0x09, 0x0b...0x1f, 0x7f...0x9f, 0xa0...0xa0, 0xad...0xad, 0x34f...0x34f,
        0x600...0x605, 0x61c...0x61c, 0x6dd...0x6dd, 0x115f...0x1160, 0x180b...0x180f,
        0x2000...0x200f, 0x2028...0x202f, 0x205f...0x206f, 0x2800...0x2800, 0x3000...0x3000,
        0x3164...0x3164, 0xe000...0xf8ff, 0xfe00...0xfe0f, 0xfeff...0xfeff, 0xffa0...0xffa0,
        0xfff0...0xfffb, 0xfffe...0xffff, 0xe0000...0xe0fff, 0xf0000...0x10ffff,
    ]

    private static func isFit(_ text: String, lineEnds: Bool) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            (lineEnds || scalar != "\n")
                && !forbidden.contains { $0.contains(scalar.value) }
        }
    }

    private static func shown(_ text: String) -> String { Drawing([.text(text)]).sequence }

    @Test("a terminal is sent nothing that commands it or cannot be seen")
    func terminal() {
        var texts = HostileText(seed: 41)
        for _ in 0..<HostileText.count(ordinary: 20_000) {
            let text = texts.next()
            guard !Self.isFit(Self.shown(text), lineEnds: true) else { continue }
            Issue.record("\(Array(text.unicodeScalars))")
        }
    }

    @Test("an event of the log is one line")
    func log() {
        var texts = HostileText(seed: 42)
        for _ in 0..<HostileText.count(ordinary: 20_000) {
            let text = texts.next()
            guard !Self.isFit(LogStream.line(text + "\n"), lineEnds: false) else { continue }
            Issue.record("\(Array(text.unicodeScalars))")
        }
    }

    @Test("escape sequences of a text are shown, those of a drawing are sent")
    func drawing() {
        let drawing = Drawing([.up(2), .clearLine, .text("\u{1B}[31mred\n"), .clearBelow])
        #expect(drawing.sequence == "\u{1B}[2A\u{1B}[2K\\u{1B}[31mred\n\u{1B}[J")
    }

    @Test("Prometheus reads back what was meant")
    func prometheus() throws {
        var texts = HostileText(seed: 43)
        for _ in 0..<(HostileText.count(ordinary: 20_000) / 3) {
            let (value, other, help) = (texts.next(), texts.next(), texts.next())
            var metrics = MetricsText()
            metrics.add("m", .gauge, help, [.init(["a": value, "b": other], 1.5)])
            let read = try PrometheusText(metrics.text)
            let expected = PrometheusText.Sample(
                name: "m",
                labels: [.init("a", Self.shown(value)), .init("b", Self.shown(other))],
                value: "1.5"
            )
            guard read.samples != [expected] || read.help != [Array(Self.shown(help).utf8)] else {
                continue
            }
            Issue.record("\(metrics.text)")
        }
    }

    @Test("metrics hold no number that is none, and no series twice")
    func refusedByPrometheus() {
        var metrics = MetricsText()
        metrics.add("none", .gauge, "h", [.init([:], .nan), .init(["a": "b"], .infinity)])
        #expect(metrics.text == "")
        // The same to a String, but not to Prometheus.
        let names = ["é", "e\u{301}", "é"]
        metrics.add("m", .gauge, "h", names.map { .init(["worker": $0], 1) })
        #expect(metrics.text.utf8.count { $0 == UInt8(ascii: "\n") } == 4)
    }
}
