import Expressions
import Rows
import Testing
import Words

@Suite("Derived columns and checks")
struct ComputedColumnTests {
    private let header: [ExactText] = ["id", "first", "last", "amount"]
    private let id = RowLayout.Output.value(plan("id", .integer, [], [.required]))
    private let first = RowLayout.Output.value(plan("first", .text, [.trim]))
    private let last = RowLayout.Output.value(plan("last", .text, [.trim, .upper]))
    private let amount = RowLayout.Output.value(plan("amount", .integer))

    private func derived(
        _ name: String,
        _ expression: String,
        _ type: ColumnType,
        _ rules: [Rule] = []
    ) throws -> RowLayout.Output {
        .value(
            ValuePlan(
                name: name,
                expression: try RowExpression(expression),
                type: type,
                rules: rules
            )
        )
    }

    private func check(_ name: String, _ expression: String) throws -> RowCheck {
        RowCheck(name: name, expression: try RowExpression(expression))
    }

    @Test("a derived column is computed from cleaned values, and from derived ones before it")
    func computed() throws {
        let layout = RowLayout([
            first, .constantInteger(1), last,
            try derived("full_name", "first || ' ' || last", .text),
            try derived("greeting", "'Hi, ' || full_name", .text), id,
        ])
        var harness = Harness(try RowEncoder(layout: layout, header: header))
        harness.encode(batch([["1", " Ana ", "ruiz", ""], ["2", "Eva", "", ""]]))
        let rows = tuples(harness.copy)
        #expect(
            rows.map { $0[3].map { String(decoding: $0, as: UTF8.self) } } == ["Ana RUIZ", nil]
        )
        #expect(rows[0][4] == Array("Hi, Ana RUIZ".utf8))
        #expect(rows.map { $0[5] } == [bigEndian(1), bigEndian(2)])
        #expect(harness.counts == [2, 2, 0, 0])
    }

    @Test("a derived column keeps rules; a reject names the column, the rule and the expression")
    func rules() throws {
        let layout = RowLayout([
            first, last, amount,
            try derived(
                "name",
                "first || last",
                .text,
                [.required, .length(minimum: nil, maximum: 4)]
            ),
            try derived("double", "amount * 2", .integer, [.maximum("20")]),
        ])
        var harness = Harness(try RowEncoder(layout: layout, header: header))
        harness.encode(
            batch([
                ["1", "A", "b", "10"], ["2", "A", "", "1"], ["3", "Anna", "b", ""],
                ["4", "A", "b", "11"],
            ])
        )
        #expect(harness.counts == [4, 1, 3, 0])
        #expect(harness.rejects.map(\.column) == ["name", "name", "double"])
        #expect(harness.rejects.map(\.rule) == ["required", "length", "max"])
        #expect(harness.rejects[2].reason == "`amount * 2` is more than `20`")
        #expect(harness.rejects[2].raw == Array("4,A,b,11".utf8))
    }

    @Test("a derived column can be the grain and place a row in its period")
    func grainAndPeriod() throws {
        let date = ColumnType.date(format: .isoDate)
        let layout = RowLayout([
            id, first, try derived("key", "first || '-' || first", .text),
            try derived("day", "date '2024-01-01' + id", date),
        ])
        var harness = Harness(
            try RowEncoder(
                layout: layout,
                header: header,
                grain: [2],
                bounds: PeriodBounds(output: 3, label: "2024-01", firstDay: 19_723, endDay: 19_754)
            )
        )
        harness.encode(
            batch([
                ["1", "a", "", ""], ["1", "a", "", ""], ["2", "a", "", ""], ["31", "b", "", ""],
            ])
        )
        #expect(harness.counts == [4, 1, 2, 1])
        #expect(harness.rejects.map(\.rule) == ["grain", "period"])
        #expect(harness.rejects[1].reason == "it is after the period 2024-01")
    }

    @Test("a check that is false refuses the row under its name; true and null pass")
    func checks() throws {
        let layout = RowLayout(
            [id, amount, try derived("total", "amount * 2", .integer)],
            checks: [
                try check("positive", "amount > 0"), try check("small", "total / (10 - id) < 100"),
            ]
        )
        var harness = Harness(try RowEncoder(layout: layout, header: header))
        harness.encode(
            batch([
                ["1", "", "", "5"], ["2", "", "", ""], ["3", "", "", "-5"], ["4", "", "", "5000"],
                ["10", "", "", "1"],
            ])
        )
        #expect(harness.counts == [5, 2, 3, 0])
        #expect(harness.rejects.map(\.rule) == ["positive", "small", "small"])
        #expect(harness.rejects.map(\.column) == [nil, nil, nil])
        #expect(
            harness.rejects.map(\.reason) == [
                "`amount > 0` is false", "`total / (10 - id) < 100` is false",
                "`total / (10 - id) < 100` divides by zero",
            ]
        )
    }

    @Test("rows whose members are inferred keep what was derived for them")
    func deferred() throws {
        let key = KeyPlan(name: "customer", map: 0, parts: [plan("first", .text)], missing: .infer)
        let layout = RowLayout(
            [.key(key), amount, try derived("double", "amount * 2", .integer)],
            checks: [try check("check", "double < 100")]
        )
        var harness = Harness(
            try RowEncoder(layout: layout, header: header),
            keys: KeyMaps([KeyMap()])
        )
        harness.encode(batch([["1", "a", "", "5"], ["2", "b", "", "500"]]))
        #expect(harness.rejects.map(\.rule) == ["check"])
        #expect(
            harness.encoder.missingKeys(in: harness.keys).map { $0.map(\.bytes) } == [
                [Array("a".utf8)]
            ]
        )
        harness.keys.insert(Array("a".utf8).span, surrogate: 9, map: 0)
        harness.encodeDeferred()
        #expect(tuples(harness.copy) == [[bigEndian(9), bigEndian(5), bigEndian(10)]])
    }

    @Test("expressions that do not fit the layout are errors")
    func badLayouts() throws {
        let bad: [RowLayout] = [
            RowLayout([try derived("x", "last", .text), last]),
            RowLayout([try derived("x", "x", .text)]),
            RowLayout([amount, try derived("x", "amount", .text)]),
            RowLayout([amount, try derived("x", "amount", .integer, [.oneOf(["1"])])]),
            RowLayout([amount], checks: [try check("check", "amount")]),
            RowLayout([amount], checks: [try check("check", "amuont > 0")]),
        ]
        for layout in bad {
            let error = #expect(throws: RowLayoutError.self) {
                _ = try RowEncoder(layout: layout, header: header)
            }
            #expect(error?.code == .badPlan)
        }
    }

    @Test("every row that goes in is counted once, whatever the expressions say")
    func conservation() throws {
        var random = Xorshift(seed: 3)
        let layout = RowLayout(
            [
                id, amount, first, last,
                try derived("ratio", "amount / id", .integer, [.minimum("-5")]),
                try derived("name", "first || coalesce(' ' || last, '')", .text),
                try derived("share", "amount / (id * 1.5)", .decimal(precision: 6, scale: 3)),
            ],
            checks: [try check("check", "ratio <> 2 or last is null")]
        )
        var harness = Harness(try RowEncoder(layout: layout, header: header, grain: [0, 5]))
        for _ in 0..<100 {
            harness.encode(
                batch(
                    (0..<50)
                        .map { _ in
                            [
                                "\(random.below(9))", ["", "a", "b"][random.below(3)],
                                ["", "x", "\u{e9}"][random.below(3)], "\(random.below(40) - 20)",
                            ]
                        }
                )
            )
        }
        let counts = harness.encoder.counts
        #expect(counts.read == 5_000)
        #expect(counts.read == counts.loaded + counts.rejected + counts.deduplicated)
        #expect(tuples(harness.copy).count == counts.loaded)
        #expect(
            Set(harness.rejects.map(\.rule))
                .isSuperset(of: ["expression", "check", "min", "grain"])
        )
    }
}
