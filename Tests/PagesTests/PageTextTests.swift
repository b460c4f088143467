import Markup
import Planning
import Testing

@testable import Ledger
@testable import Pages

/// What pages say of texts that others have written.
@Suite("Pages of hostile texts")
struct PageTextTests {
    private static let hostile = #"<script>alert("1")</script>' onload=x"#

    private static func refusesScripts(_ page: some Page) {
        let text = page.content.text
        #expect(text.contains("&lt;script&gt;"), "\(page.heading)")
        #expect(!text.contains("<script>"), "\(page.heading)")
        #expect(!text.contains("' onload=x"), "\(page.heading)")
    }

    @Test("rejects: sources, rules, columns and reasons are text")
    func rejects() {
        let line = RejectLine(
            reject: 1,
            task: "1.2",
            table: Self.hostile,
            period: Self.hostile,
            source: Self.hostile,
            line: 3,
            column: Self.hostile,
            rule: Self.hostile,
            state: .open,
            refusedAt: "2024-01-31T08:05:00Z",
            reason: Self.hostile
        )
        let group = RejectGroup(
            schema: Self.hostile,
            table: Self.hostile,
            rule: Self.hostile,
            column: Self.hostile,
            rejects: 7
        )
        Self.refusesScripts(
            RejectsPage(
                chosen: RejectsPage.Chosen(values: ["source": Self.hostile], isAll: false),
                groups: [group],
                sources: [RejectSource(source: Self.hostile, rejects: 7)],
                rejects: [line]
            )
        )
    }

    @Test("there is a link to more exactly where there is more")
    func more() {
        func page(_ count: Int) -> RejectsPage {
            let line = RejectLine(
                reject: 9,
                task: "1.2",
                table: "s.t",
                period: "",
                source: "a",
                line: 3,
                column: nil,
                rule: "min",
                state: .open,
                refusedAt: "",
                reason: nil
            )
            return RejectsPage(
                chosen: RejectsPage.Chosen(values: ["rule": "min"], isAll: true),
                groups: [],
                sources: [],
                rejects: Array(repeating: line, count: count)
            )
        }
        #expect(page(RejectsPage.mostRejects).next == nil)
        let more = page(RejectsPage.mostRejects + 1)
        #expect(more.rejects.count == RejectsPage.mostRejects)
        #expect(more.next == 9)
        #expect(more.content.text.contains("/rejects?rule=min&amp;state=all&amp;after=9"))
        #expect(more.command == "longshore rejects list --rule min --all")
    }

    @Test("a load's page: names of tables, workers and people are text")
    func load() {
        let load = LoadReport(
            load: 7,
            pipeline: Self.hostile,
            kind: .load,
            state: .failed,
            periods: Self.hostile,
            tasks: [.failed: 1],
            requestedBy: Self.hostile,
            createdAt: "2024-01-31T08:05:00Z",
            seconds: 3
        )
        let table = LoadAnatomy.Table(
            kind: .fact,
            name: Self.hostile,
            schema: "s",
            table: "t",
            tasks: [.failed: 1],
            read: 0,
            loaded: 0,
            rejected: 0,
            needs: []
        )
        let span = LoadAnatomy.Span(
            task: 0,
            label: Self.hostile,
            worker: Self.hostile,
            start: 0,
            finish: 3,
            end: .done
        )
        let order = LoadAnatomy.Order(
            kind: .pause,
            target: Self.hostile,
            person: Self.hostile,
            time: "2024-01-31T08:05:00Z",
            reason: Self.hostile
        )
        let task = TaskLine(
            ordinal: 0,
            kind: .fact,
            name: Self.hostile,
            schema: "s",
            table: "t",
            period: Self.hostile,
            state: .failed,
            stage: .failed,
            pool: "default",
            worker: Self.hostile,
            failures: 1,
            crashes: 0,
            failure: Self.hostile,
            warnings: []
        )
        let page = LoadPage(
            load: load,
            anatomy: LoadAnatomy(
                tables: [table],
                spans: [span],
                orders: [order],
                rules: [],
                progress: [:]
            ),
            choice: .open,
            tasks: [task]
        )
        Self.refusesScripts(page)
        #expect(page.isOver)
        #expect(page.acts.map(\.title) == ["Retry…"])
        #expect(Set(page.parts.map(\.id)).count == page.parts.count)
        for part in page.parts {
            #expect(page.content.text.contains("<div id=\"\(part.id)\">"), "\(part.id)")
        }
    }

    @Test("times are written with their zone, and what is none as it is")
    func times() {
        #expect(Figures.time("2024-01-31T08:05:00Z") == "2024-01-31 08:05:00 UTC")
        #expect(Figures.clock("2024-01-31T08:05:00Z") == "08:05:00 UTC")
        #expect(Figures.minute("2024-01-31T08:05:00Z") == "2024-01-31 08:05")
        #expect(Figures.time(nil) == "–")
        #expect(Figures.time("soon") == "soon")
    }

    @Test(
        "axes have round steps",
        arguments: [(0.9, 9, 0.1), (31, 9, 5), (3_600, 9, 600), (86_400, 9, 21_600)]
    )
    func seconds(_ length: Double, _ count: Int, _ step: Double) {
        #expect(AxisSteps.seconds(over: length, atMost: count) == step)
    }

    @Test("numbers on axes are short", arguments: [(0, "0"), (1_500, "1.5k"), (2e6, "2M")])
    func short(_ number: Double, _ text: String) {
        #expect(Figures.short(number) == text)
        #expect(AxisSteps.numbers(upTo: 207_437, atMost: 3) == 100_000)
    }
}
