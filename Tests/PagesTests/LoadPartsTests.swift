import Foundation
import Markup
import Planning
import Testing

@testable import Ledger
@testable import Pages

@Suite("The parts of a load's page")
struct LoadPartsTests {
    private static func table(
        _ kind: LoadTaskKind,
        _ name: String,
        _ tasks: [TaskStage: Int],
        pace: Double? = nil,
        earlier: Double? = nil,
        needs: [String] = []
    ) -> LoadAnatomy.Table {
        LoadAnatomy.Table(
            kind: kind,
            name: name,
            schema: "s",
            table: kind.table(name),
            tasks: tasks,
            read: 100,
            loaded: 90,
            rejected: 10,
            pace: pace,
            spread: pace.map { _ in 0 },
            earlierPace: earlier,
            needs: needs
        )
    }

    private static func anatomy(
        _ tables: [LoadAnatomy.Table],
        _ spans: [LoadAnatomy.Span] = []
    ) -> LoadAnatomy {
        LoadAnatomy(tables: tables, spans: spans, orders: [], rules: [], progress: [:])
    }

    private static func span(
        _ task: Int,
        _ worker: String?,
        _ start: Double?,
        _ finish: Double?,
        rows: Int? = nil,
        _ end: LoadAnatomy.Span.End = .done
    ) -> LoadAnatomy.Span {
        LoadAnatomy.Span(
            task: task,
            label: "sale \(task)",
            worker: worker,
            start: start,
            finish: finish,
            rows: rows,
            end: end
        )
    }

    @Test("what is left is as long as what is done, by as many at once as until now")
    func forecast() throws {
        let tables = [Self.table(.fact, "sale", [.done: 4, .waiting: 6], pace: 10)]
        // Two at once for twenty seconds.
        let spans = [
            Self.span(0, "a", 0, 10), Self.span(1, "b", 0, 10), Self.span(2, "a", 10, 20),
            Self.span(3, "b", 10, 20),
        ]
        let forecast = try #require(LoadForecast(Self.anatomy(tables, spans), after: 20))
        #expect(forecast.seconds == 30)
        #expect(forecast.words.left == "30 s")
        #expect(forecast.basis == "by how long 4 tasks took")
    }

    @Test("of what no task is done, the loads before tell; where nobody does, nothing is said")
    func basis() throws {
        let known = Self.table(.fact, "sale", [.done: 1, .running: 1], pace: 4)
        let before = Self.table(.mart, "month", [.waiting: 2], earlier: 1)
        let forecast = try #require(LoadForecast(Self.anatomy([known, before]), after: 8))
        #expect(forecast.basis == "by how long 1 task took, and the loads before, for 1 table")
        let never = Self.table(.mart, "month", [.waiting: 2])
        #expect(LoadForecast(Self.anatomy([known, never]), after: 8) == nil)
        let done = Self.table(.fact, "sale", [.done: 2], pace: 4)
        #expect(LoadForecast(Self.anatomy([done]), after: 8) == nil)
    }

    @Test("of a task that has read a part of its files, the rest takes as long")
    func forecastByBytes() throws {
        let table = Self.table(.fact, "sale", [.running: 1])
        var anatomy = Self.anatomy([table], [Self.span(0, "w1", 10, nil, .running)])
        #expect(LoadForecast(anatomy, after: 20) == nil)
        let inputs = ExpectedInputs(files: 1, bytes: 1_000, first: "a.csv")
        anatomy.readings = [0: InFlightProgress(rows: 1, bytes: 250, expected: inputs)]
        let forecast = try #require(LoadForecast(anatomy, after: 20))
        #expect(abs(forecast.seconds - 30) < 0.001)
        #expect(forecast.basis == "by how much of their files is read, for 1 table")
    }

    @Test("attempts whose slot is known are in its lane")
    func knownSlots() {
        var spans = [Self.span(0, "w1", 0, 10), Self.span(1, "w1", 10.5, 12)]
        spans[0].slot = 1
        spans[1].slot = 2
        spans.append(Self.span(2, "w1", 5, nil, .running))
        let text = LoadSlots(spans, elapsed: 20, isRunning: true).content.text
        for lane in ["w1 · 0", "w1 · 1", "w1 · 2"] { #expect(text.contains(">\(lane)</text>")) }
        #expect(!text.contains("w1 · 3"))
    }

    @Test("an attempt's parts are drawn and said; what is left of it is recording, or the failure")
    func attempt() throws {
        var attempt = AttemptReport(
            number: 1,
            end: .done,
            worker: "w1",
            endedAt: "2024-01-31T08:05:00Z",
            seconds: 2,
            open: 0.5,
            copy: 1,
            merge: 0,
            audits: []
        )
        let bar = try #require(AttemptBar(attempt))
        #expect(bar.words == "opened 500 ms, copied 1.00 s, recorded 500 ms")
        #expect(bar.picture.text.contains("ph-record"))
        attempt.end = .error
        #expect(AttemptBar(attempt)?.words.hasSuffix("until it failed 500 ms") == true)
        attempt.seconds = nil
        #expect(AttemptBar(attempt) == nil)
    }

    @Test("who is named with a death is who found it")
    func death() {
        var attempt = AttemptReport(
            number: 1,
            end: .crash,
            worker: "w2",
            endedAt: "2024-01-31T08:05:00Z",
            audits: []
        )
        #expect(AttemptList([attempt]).content.text.contains(">found by w2<"))
        (attempt.end, attempt.slot) = (.error, 1)
        #expect(AttemptList([attempt]).content.text.contains(">w2 · 1<"))
    }

    @Test("rows a second: a task's rows are spread over its time")
    func rate() {
        let spans = [
            Self.span(0, "a", 0, 30, rows: 300), Self.span(1, "b", 30, 60, rows: 600),
            Self.span(2, "c", nil, 60, .failed),
        ]
        let rate = LoadRate(Self.anatomy([], spans), elapsed: 60, isRunning: true)
        #expect(rate.rates.count == 60)
        #expect(abs(rate.rates[10] - 10) < 0.001)
        #expect(abs(rate.rates[45] - 20) < 0.001)
        #expect(abs(rate.last(10) - 20) < 0.001)
    }

    @Test("attempts of a worker that overlap are in slots of their own")
    func slots() {
        let spans = [
            Self.span(0, "w1", 0, 10), Self.span(1, "w1", 5, 12), Self.span(2, "w1", 10.5, 14),
            Self.span(3, "w2", 1, nil, .running),
        ]
        let slots = LoadSlots(spans, elapsed: 20, isRunning: true)
        let text = slots.content.text
        for lane in ["w1 · 0", "w1 · 1", "w2 · 0"] { #expect(text.contains(">\(lane)</text>")) }
        #expect(!text.contains("w1 · 2"))
        #expect(slots.note == "1 busy on this load")
    }

    @Test(
        "slots show what is expected: what runs to its end, and what waits where a slot is free first"
    )
    func projection() {
        let tables = [Self.table(.fact, "sale", [.done: 2, .running: 1, .waiting: 3], pace: 10)]
        let spans = [
            Self.span(0, "w1", 0, 10), Self.span(1, "w2", 0, 10),
            Self.span(2, "w1", 10, nil, .running),
        ]
        let anatomy = Self.anatomy(tables, spans)
        let projection = LoadProjection([spans[2], nil], anatomy, now: 16)
        #expect(
            projection.bars == [
                [
                    .init(label: "sale 2", start: 16, end: 20),
                    .init(label: "sale", start: 20, end: 30),
                ],
                [
                    .init(label: "sale", start: 16, end: 26),
                    .init(label: "sale", start: 26, end: 32),
                ],
            ]
        )
        let slots = LoadSlots(spans, elapsed: 16, isRunning: true, ahead: anatomy)
        let text = slots.content.text
        #expect(text.components(separatedBy: "class=\"proj\"").count - 1 == 4)
        #expect(slots.note == "1 busy on this load, dashed: what is expected")
        #expect(!LoadSlots(spans, elapsed: 16, isRunning: true).content.text.contains("proj"))
    }

    @Test("of what nobody knows how long it takes nothing is expected, and many tasks are bounded")
    func noProjection() {
        let running = Self.span(0, "w1", 0, nil, .running)
        let never = Self.anatomy([Self.table(.fact, "sale", [.running: 1, .waiting: 9])])
        #expect(LoadProjection([running], never, now: 5).end == nil)
        let many = Self.anatomy([Self.table(.fact, "sale", [.waiting: 100_000], pace: 0.001)])
        #expect(LoadProjection([nil], many, now: 5).bars[0].count == 120)
    }

    @Test("the picture of a load with many attempts is bounded")
    func bounded() {
        let spans = (0..<2_000).reversed()
            .map {
                Self.span($0, "w\($0 % 50)", Double($0), Double($0) + 0.5)
            }
        let text = LoadSlots(spans, elapsed: 2_001, isRunning: false).content.text
        #expect(text.utf8.count < 120_000)
    }

    @Test("the graph shows what needs what, without what follows from the rest")
    func graph() {
        let tables = [
            Self.table(.dimension, "team", [.done: 1]),
            Self.table(.dimension, "agent", [.done: 1], needs: ["dimension team"]),
            Self.table(
                .fact,
                "call",
                [.done: 1, .running: 1],
                needs: ["dimension team", "dimension agent"]
            ),
            Self.table(.mart, "<month>", [.waiting: 2], needs: ["dimension agent", "fact call"]),
        ]
        let text = LoadGraph(Self.anatomy(tables), ofLoad: 7).content.text
        #expect(text.components(separatedBy: "class=\"edge").count - 1 == 3)
        #expect(text.contains("mart &lt;month&gt;"))
        #expect(!text.contains("<month>"))
    }
}
