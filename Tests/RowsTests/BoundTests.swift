import Expressions
import Testing
import Words

@testable import Rows

@Suite("Values and rows have bounds in bytes")
struct BoundTests {
    /// `d0` is twice the column, each other one twice the one before.
    private func doubling(_ count: Int) throws -> RowLayout {
        var outputs = [RowLayout.Output.value(plan("a", .text))]
        for index in 0..<count {
            let before = index == 0 ? "a" : "d\(index - 1)"
            let expression = try RowExpression("\(before) || \(before)")
            outputs.append(
                .value(ValuePlan(name: "d\(index)", expression: expression, type: .text))
            )
        }
        return RowLayout(outputs)
    }

    @Test("a text that doubles from column to column ends as a reject at 16 MiB")
    func doubled() throws {
        var harness = Harness(try RowEncoder(layout: doubling(34), header: ["a"]))
        harness.encode(batch([["01234567"], [""]]))
        #expect(harness.counts == [2, 1, 1, 0])
        let reject = try #require(harness.rejects.first)
        #expect(reject.rule == "expression")
        #expect(reject.column == "d21")
        #expect(reject.reason == "`d20 || d20` gives a text longer than 16 MiB")
    }

    @Test("an expression takes no more memory for many comparisons, or for deep ones, than for one")
    func working() throws {
        let long = String(repeating: "x", count: 1 << 20)
        let comparisons = (0..<150).map { "a || a <> '\($0)'" }.joined(separator: " and ")
        let nested =
            (0..<40).map { _ in "a || (" }.joined() + "a" + String(repeating: ")", count: 40)
        let layout = RowLayout(
            [.value(plan("a", .text))],
            checks: [
                RowCheck(name: "many", expression: try RowExpression(comparisons)),
                RowCheck(name: "deep", expression: try RowExpression("\(nested) <> ''")),
            ]
        )
        var harness = Harness(try RowEncoder(layout: layout, header: ["a"]))
        harness.encode(batch([[long]]))
        #expect(harness.rejects.map(\.rule) == ["deep"])
        #expect(harness.rejects.first?.reason.hasSuffix("gives a text longer than 16 MiB") == true)
    }

    @Test("replacing that multiplies ends as a reject before it takes memory")
    func replaced() throws {
        let wide = CleaningStep.replace(text: "a", with: String(repeating: "a", count: 16))
        let bomb = Array(repeating: wide, count: 16)
        let result = try encode("a", as: .text, cleaning: bomb)
        #expect(
            result
                == .rejected(
                    rule: "length",
                    reason: "`a` becomes longer than 16 MiB by its cleaning"
                )
        )
        let most = try encode("a", as: .text, cleaning: Array(repeating: wide, count: 6))
        #expect(most.bytes?.count == 16 << 20)
    }

    @Test(
        "replacing finds each place once, from left to right",
        arguments: [
            ("aaaa", "aa", "b", "bb"), ("aaa", "aa", "b", "ba"), ("abc", "c", "cc", "abcc"),
            ("xyz", "q", "longer", "xyz"), ("aXbX", "X", "", "ab"), ("ab", "abc", "d", "ab"),
        ]
    )
    func places(text: String, sought: String, replacement: String, result: String) throws {
        let step = CleaningStep.replace(text: sought, with: replacement)
        #expect(try encode(text, as: .text, cleaning: [step]).text == result)
    }

    @Test("a row whose values are large together is a reject")
    func row() throws {
        let text = String(repeating: "x", count: 15 << 20)
        let layout = RowLayout((0..<40).map { .value(copy(of: "a", named: "c\($0)")) })
        var harness = Harness(try RowEncoder(layout: layout, header: ["a"]))
        harness.encode(batch([[text], ["x"]]))
        #expect(harness.counts == [2, 1, 1, 0])
        #expect(
            harness.rejects.map { "\($0.rule): \($0.reason)" }
                == ["length: its values take more than 64 MiB together"]
        )
    }

    private func copy(of source: ExactText, named name: String) -> ValuePlan {
        ValuePlan(name: name, source: source, type: .text)
    }

    @Test("a batch whose rows grow is encoded some megabytes at a time, and none is lost")
    func slices() throws {
        // Each row becomes 2 MiB.
        var harness = Harness(try RowEncoder(layout: doubling(17), header: ["a"]))
        let rows = batch((0..<20).map { _ in ["01234567"] })
        var ends = [0]
        while let last = ends.last, last < rows.rows.count {
            harness.copy = []
            ends.append(harness.encode(rows, from: last))
            #expect(harness.copy.count < 12 << 20)
        }
        #expect(ends.count > 3)
        #expect(harness.counts == [20, 20, 0, 0])
    }

    @Test("refused rows, and rows that wait, end a slice as well")
    func otherSlices() throws {
        let long = String(repeating: "x", count: 3 << 20)
        let layout = RowLayout([.value(plan("n", .integer))])
        var refusing = Harness(try RowEncoder(layout: layout, header: ["n"]))
        #expect(refusing.encode(batch(Array(repeating: [long], count: 9)), from: 0) == 3)
        #expect(refusing.rejects.count == 3)

        let key = KeyPlan(name: "k", map: 0, parts: [plan("k", .text)], missing: .infer)
        let referring = RowLayout([.key(key), .value(plan("t", .text))])
        var waiting = Harness(
            try RowEncoder(layout: referring, header: ["k", "t"]),
            keys: KeyMaps([KeyMap()])
        )
        let rows = batch(Array(repeating: ["new", long], count: 9))
        // Both the row and what was read of it are kept.
        #expect(waiting.encode(rows, from: 0) == 2)
        #expect(waiting.encoder.deferredBytes > 12 << 20)
        waiting.encodeDeferred()
        #expect(waiting.encoder.deferredBytes == 0)
    }
}
