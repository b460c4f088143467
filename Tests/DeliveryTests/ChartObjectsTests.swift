import Charts
import Loopback
import Pipelines
import Planning
import Rasters
import Synchronization
import TestSupport
import Testing

@testable import Delivery

@Suite("Drawing charts")
struct ChartObjectsTests {
    private static func plan(_ change: (inout ChartPlan) -> Void = { _ in }) -> ChartPlan {
        var plan = ChartPlan(.bar, x: "day", y: ["reach"])
        plan.title = "Reach of {id}"
        change(&plan)
        return plan
    }

    /// The pictures of the effect with this body, as text.
    private static func pictures(
        _ body: String,
        _ plan: ChartPlan = plan(),
        kind: EffectKind = .put,
        by converter: PNGConverter = PNGConverter()
    ) async throws -> [EffectObject] {
        let objects = ChartObjects(
            plan: plan,
            name: "reach/{id}.{format}",
            converter: converter
        )
        return try await objects.objects(of: effect("a b/<&>", kind, body: body))
    }

    private static func text(_ body: String, _ plan: ChartPlan = plan()) async throws -> String {
        String(decoding: try await pictures(body, plan)[0].bytes, as: UTF8.self)
    }

    /// What becomes of an effect of which there is no picture.
    private static func result(_ body: String, _ plan: ChartPlan = plan()) async -> EffectResult? {
        await #expect(throws: EffectNotMade.self) { try await pictures(body, plan) }?.result
    }

    private static let body =
        #"[["2024-03-01", "12.50"], ["2024-03-03", null], ["2024-03-02", "7"]]"#

    @Test("an effect has a picture in each format, and the same values have the same bytes")
    func formats() async throws {
        let both = Self.plan { $0.formats = [.svg, .png] }
        let pictures = try await Self.pictures(Self.body, both)
        #expect(
            pictures.map(\.name) == ["reach/a%20b%2F%3C%26%3E.svg", "reach/a%20b%2F%3C%26%3E.png"]
        )
        #expect(pictures.map(\.type) == ["image/svg+xml", "image/png"])
        #expect(pictures[1].bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]))
        #expect(try await Self.pictures(Self.body, both).map(\.bytes) == pictures.map(\.bytes))
        let svg = String(decoding: pictures[0].bytes, as: UTF8.self)
        #expect(svg.contains(">Reach of a b/&lt;&amp;&gt;</title>"))
        #expect(svg.contains(">1 Mar 2024: 12.5</title>"))
        #expect(svg.contains(">3 Mar 2024: no value</title>"))
        let gone = try await Self.pictures(Self.body, both, kind: .delete)
        #expect(gone.map(\.name) == pictures.map(\.name) && gone.allSatisfy(\.bytes.isEmpty))
    }

    @Test("rows of more than 16 MiB are refused before they are read")
    func tooLong() async {
        let result = await Self.result(String(repeating: "[", count: (16 << 20) + 1))
        guard case .refused(let failure)? = result else {
            Issue.record("\(String(describing: result))")
            return
        }
        #expect(failure.code == "export.chart.values")
        #expect(failure.message.contains("its rows take more than 16 MiB"))
    }

    @Test("series have their names from a column, or from the columns of their values")
    func series() async throws {
        var named = ChartPlan(.line, x: "day", y: ["reach"], series: "city")
        named.absent = .zero
        let rows = #"[["a", "Bogotá", "1"], ["a", "Cali", "2"], ["b", "Cali", "3"]]"#
        #expect(try await Self.text(rows, named).contains(">b: Bogotá 0, Cali 3</title>"))
        let several = ChartPlan(.stackedBar, x: "day", y: ["paid", "open"])
        #expect(
            try await Self.text(#"[["a", "1", "2"]]"#, several)
                .contains(">a: paid 1, open 2</title>")
        )
    }

    @Test("no rows are a picture that says so")
    func empty() async throws {
        #expect(try await Self.text("[]").contains(">There are no rows.</text>"))
    }

    @Test("values that cannot be drawn are refused in words that have none of them")
    func refused() async throws {
        for (body, problem) in [
            (
                #"[["secret", "1"], ["secret", "2"]]"#,
                "two rows have the same x and series: a chart takes one for each x and series, group them in "
                    + "the query"
            ),
            (
                #"[["secret", "many"]]"#,
                "`reach` of a row is no decimal number of at most 19 digits before the point"
            ),
            (
                #"[[null, "1"]]"#,
                "`day` of a row is null: leave such rows out in the query, or name them by `coalesce`"
            ),
        ] {
            let failure = EffectFailure(
                code: "export.chart.values",
                message:
                    "the chart cannot be drawn: \(problem) (`longshore exports show` has the values)"
            )
            #expect(await Self.result(body) == .refused(failure))
        }
    }

    @Test("a machine that makes no PNG fails the task, and makes SVG")
    func withoutConverter() async throws {
        let none = PNGConverter(program: "no-such-converter")
        #expect(try await Self.pictures(Self.body, by: none).count == 1)
        let error = try await #require(throws: TargetError.self) {
            try await Self.pictures(Self.body, Self.plan { $0.formats = [.svg, .png] }, by: none)
        }
        #expect(error.taskFailure.code == "export.chart.converter_missing")
        #expect(!error.taskFailure.isRetryable)
        #expect(error.description.contains("install the package librsvg2-bin on every machine"))
    }

    @Test("what stopped between two pictures goes on with the second, and the first stays as it is")
    func half() async throws {
        let isBroken = Atomic(true)
        let store = try S3Double { request, connection, _ in
            guard request.method == "PUT", request.target.hasSuffix(".png"),
                isBroken.load(ordering: .relaxed)
            else { return false }
            connection.answer(400)
            return true
        }
        let target = try await open(
            .charts(
                source: "lake",
                name: "{id}.{format}",
                Self.plan { $0.formats = [.svg, .png] }
            ),
            in: store
        )
        let first = try await target.deliver(effect(body: Self.body))
        #expect(first.code == "export.refused" && store.objects.keys.sorted() == ["out/c1.svg"])
        isBroken.store(false, ordering: .relaxed)
        #expect(try await target.deliver(effect(body: Self.body)) == .delivered)
        #expect(store.objects.keys.sorted() == ["out/c1.png", "out/c1.svg"])
        let written = store.requests.filter { $0.method == "PUT" }.map(\.target)
        #expect(written.count { $0.hasSuffix(".svg") } == 1)
        #expect(try await target.deliver(effect("c1", .delete, revision: 6)) == .delivered)
        #expect(store.objects.isEmpty)
        await target.close()
    }

    @Test("values of another definition fail the task, and are not drawn")
    func others() async throws {
        for body in [#"[["a", "b", "1"]]"#, "{}", "[1]"] {
            let error = try await #require(throws: TargetError.self) {
                try await Self.pictures(body)
            }
            #expect(error.taskFailure.code == "export.chart.values")
        }
    }
}
