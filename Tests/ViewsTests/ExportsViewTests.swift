import Planning
import Testing
import Views

@testable import Ledger

@Suite("Exports for people")
struct ExportsViewTests {
    private static let standing = ExportStanding(
        schema: "shop",
        export: "spend",
        open: 1,
        delivered: 5,
        dead: 1,
        dropped: 0,
        openSince: "2024-03-01T02:00:00Z"
    )

    private static func effect(_ key: String, _ state: EffectState) -> EffectReport {
        EffectReport(
            schema: "shop",
            export: "spend",
            key: key,
            kind: .put,
            state: state,
            revision: 1_700_000_000_000_000,
            task: "7.3",
            changedAt: "2024-03-01T02:00:00Z",
            attempts: 2,
            retryAt: state == .open ? "2024-03-01T02:05:00Z" : nil,
            failure: "the server answers with the status 422 [export.status_422]"
        )
    }

    private func words(_ lines: [String]) -> [String] {
        lines.map { $0.split(separator: " ").joined(separator: " ") }
    }

    @Test("a line for each export, and one for each effect with its reason")
    func list() {
        let view = ExportsView(
            [Self.standing],
            [Self.effect("c1", .dead), Self.effect("c\u{202E}2", .open)],
            isLimited: true
        )
        let lines = words(view.lines)
        #expect(lines[0] == "export open delivered dead dropped open since (UTC)")
        #expect(lines[1] == "shop.spend 1 5 1 0 2024-03-01 02:00:00")
        #expect(lines[3] == "export key what state attempts again (UTC) reason")
        #expect(
            lines[4]
                == "spend c1 put dead 2 the server answers with the status 422 [export.status_422]"
        )
        #expect(lines[5].contains("open 2 2024-03-01 02:05:00"))
        #expect(lines.last == "(there may be more: `--limit` shows them)")
        #expect(!view.lines.joined().unicodeScalars.contains("\u{202E}"))
        #expect(ExportsView([], [], isLimited: false).lines == ["No export has been computed yet."])
    }

    @Test("one effect is shown with all that is known of it")
    func show() {
        let lines = words(ShownEffect(Self.effect("c1", .dead), "{\"id\":\"c1\"}").lines)
        #expect(lines.contains("export: shop.spend"))
        #expect(lines.contains("computed by: 7.3, 2024-03-01 02:00:00"))
        #expect(
            lines.contains("reason: the server answers with the status 422 [export.status_422]")
        )
        #expect(lines.last == "{\"id\":\"c1\"}")
    }
}
