import Expressions
import Rows
import Testing
import Words

@Suite("References")
struct ReferenceTests {
    private let header: [ExactText] = ["agent", "client", "at"]
    private let time = RowLayout.Output.value(
        plan("at", .timestamp(format: .isoTimestamp, zone: "UTC"))
    )

    private func agentMap() -> KeyMap {
        var map = KeyMap()
        map.insert(Array("A-1".utf8).span, surrogate: 11)
        map.insert(Array("A-2".utf8).span, surrogate: 12)
        return map
    }

    private func agent(_ missing: KeyPlan.Missing) -> RowLayout.Output {
        .key(
            KeyPlan(
                name: "agent",
                map: 0,
                parts: [
                    ValuePlan(
                        name: "agent",
                        source: "agent",
                        type: .text,
                        cleaning: [.trim, .upper]
                    )
                ],
                missing: missing
            )
        )
    }

    private func harness(_ outputs: RowLayout.Output..., grain: [Int] = []) throws -> Harness {
        Harness(
            try RowEncoder(layout: RowLayout(outputs), header: header, grain: grain),
            keys: KeyMaps([agentMap()])
        )
    }

    @Test("a business key, cleaned as the dimension's own is, becomes the surrogate key")
    func found() throws {
        var harness = try harness(agent(.reject))
        harness.encode(batch([["A-1", "", ""], [" a-2 ", "", ""]]))
        #expect(tuples(harness.copy) == [[bigEndian(11)], [bigEndian(12)]])
    }

    @Test("a key that is computed in its dimension is read from a column where it is referenced")
    func computedKey() throws {
        var part = plan("agent", .text)
        part.expression = try RowExpression("country || '-' || number")
        let key = KeyPlan(name: "agent", map: 0, parts: [part], missing: .reject)
        var harness = try harness(.key(key))
        harness.encode(batch([["A-1", "", ""]]))
        try harness.encoder.read(["at", "agent"])
        harness.encode(batch([["", "A-2"]], input: 1))
        #expect(tuples(harness.copy) == [[bigEndian(11)], [bigEndian(12)]])
    }

    @Test("an unknown or null key is refused, the unknown member, or put aside, as declared")
    func missing() throws {
        let rows = batch([["A-9", "", ""], ["  ", "", ""]])
        var rejecting = try harness(agent(.reject))
        rejecting.encode(rows)
        #expect(rejecting.rejects.map(\.rule) == ["references", "required"])
        #expect(rejecting.rejects.map(\.column) == ["agent", "agent"])
        #expect(rejecting.rejects[0].reason.contains("`A-9`"))

        var unknowing = try harness(agent(.unknown))
        unknowing.encode(rows)
        #expect(tuples(unknowing.copy) == [[bigEndian(-1)], [bigEndian(-1)]])

        var inferring = try harness(agent(.infer))
        inferring.encode(rows)
        #expect(tuples(inferring.copy) == [[bigEndian(-1)]])
        #expect(inferring.encoder.deferredCount == 1)
        #expect(inferring.counts == [2, 1, 0, 0])
    }

    @Test("a key of which a part is null is no key: the unknown member, or refused")
    func halfKey() throws {
        for (missing, loaded) in [
            (KeyPlan.Missing.reject, 0), (.unknown, 2), (.infer, 2),
        ] {
            let key = KeyPlan(
                name: "agent",
                map: 0,
                parts: [
                    ValuePlan(name: "agent", source: "agent", type: .text),
                    ValuePlan(name: "agent", source: "client", type: .text),
                ],
                missing: missing
            )
            var harness = try harness(.key(key))
            harness.encode(batch([["A-1", "", ""], ["", "7", ""]]))
            #expect(tuples(harness.copy).count == loaded)
            #expect(tuples(harness.copy).allSatisfy { $0 == [bigEndian(-1)] })
            #expect(harness.encoder.deferredCount == 0)
            #expect(harness.rejects.map(\.rule) == (loaded == 0 ? ["required", "required"] : []))
        }
    }

    @Test("rows put aside are encoded when their members are known")
    func deferred() throws {
        var harness = try harness(agent(.infer), time, .rowNumber)
        harness.encode(
            batch([
                ["A-1", "", "2000-01-01 00:00:01"], ["A-8", "", "2000-01-01 00:00:02"],
                ["a-8", "", "2000-01-01 00:00:03"], ["A-9", "", "2000-01-01 00:00:04"],
            ])
        )
        let missing = harness.encoder.missingKeys(in: harness.keys)
        #expect(missing.map { $0.map(\.bytes) } == [[Array("A-8".utf8), Array("A-9".utf8)]])
        #expect(missing[0][0].fields == [Array("A-8".utf8)])
        for (index, key) in missing[0].enumerated() {
            harness.keys.insert(key.bytes.span, surrogate: 100 + Int64(index), map: 0)
        }
        harness.encodeDeferred()
        let rows = tuples(harness.copy)
        #expect(rows.map { $0[0] } == [11, 100, 100, 101].map(bigEndian))
        #expect(rows.map { $0[1] } == [1, 2, 3, 4].map { bigEndian($0 * 1_000_000) })
        #expect(rows.map { $0[2] } == [1, 2, 3, 4].map(bigEndian))
        #expect(harness.counts == [4, 4, 0, 0])
        #expect(harness.encoder.deferredCount == 0)
    }

    @Test("a row put aside whose member stays unknown is a reject, whole")
    func neverKnown() throws {
        var harness = try harness(agent(.infer))
        harness.encode(batch([["A-9", "x", "y"]]))
        harness.encodeDeferred()
        #expect(harness.rejects.map(\.rule) == ["references"])
        #expect(harness.rejects[0].raw == Array("A-9,x,y".utf8))
        #expect(harness.rejects[0].line == 2)
        #expect(harness.counts == [1, 0, 1, 0])
    }

    @Test("rows put aside take part in the grain")
    func deferredGrain() throws {
        var harness = try harness(agent(.infer), time, grain: [0])
        harness.encode(
            batch([
                ["A-9", "", "2000-01-01 00:00:01"], ["A-9", "", "2000-01-01 00:00:01"],
                ["A-9", "", "2000-01-01 00:00:02"],
            ])
        )
        for key in harness.encoder.missingKeys(in: harness.keys)[0] {
            harness.keys.insert(key.bytes.span, surrogate: 99, map: 0)
        }
        harness.encodeDeferred()
        #expect(harness.counts == [3, 1, 1, 1])
        #expect(harness.rejects.map(\.rule) == ["grain"])
    }

    @Test("a row refused after a key was pending asks for no member")
    func refusedAfterPending() throws {
        var harness = try harness(
            agent(.infer),
            .key(
                KeyPlan(
                    name: "client",
                    map: 0,
                    parts: [plan("client", .text)],
                    missing: .reject
                )
            )
        )
        harness.encode(batch([["A-9", "nobody", ""], ["A-8", "A-1", ""]]))
        #expect(
            harness.encoder.missingKeys(in: harness.keys).map { $0.map(\.bytes) } == [
                [Array("A-8".utf8)]
            ]
        )
        #expect(harness.counts == [2, 0, 1, 0])
    }

    @Test("the version is the one that held at the row's time")
    func asOf() throws {
        var map = KeyMap()
        let second: Int64 = 1_000_000
        map.insert(Array("A-1".utf8).span, surrogate: 1, validFrom: .min)
        map.insert(Array("A-1".utf8).span, surrogate: 2, validFrom: 10 * second)
        let key = KeyPlan(
            name: "agent",
            map: 0,
            parts: [plan("agent", .text)],
            missing: .reject,
            asOf: 1
        )
        var harness = Harness(
            try RowEncoder(layout: RowLayout([.key(key), time]), header: header),
            keys: KeyMaps([map])
        )
        harness.encode(
            batch([
                ["A-1", "", "2000-01-01 00:00:09"], ["A-1", "", "2000-01-01 00:00:10"],
                ["A-1", "", ""],
            ])
        )
        #expect(tuples(harness.copy).map { $0[0] } == [1, 2, 2].map(bigEndian))
    }

    @Test("a date decides the version by its midnight in UTC")
    func asOfDate() throws {
        var map = KeyMap()
        map.insert(Array("A-1".utf8).span, surrogate: 1, validFrom: .min)
        map.insert(Array("A-1".utf8).span, surrogate: 2, validFrom: 86_400_000_000)
        let key = KeyPlan(
            name: "agent",
            map: 0,
            parts: [plan("agent", .text)],
            missing: .reject,
            asOf: 0
        )
        let day = RowLayout.Output.value(plan("at", .date(format: .isoDate)))
        var harness = Harness(
            try RowEncoder(layout: RowLayout([day, .key(key)]), header: header),
            keys: KeyMaps([map])
        )
        harness.encode(batch([["A-1", "", "2000-01-01"], ["A-1", "", "2000-01-02"]]))
        #expect(tuples(harness.copy).map { $0[1] } == [1, 2].map(bigEndian))
    }

    @Test("a key of several columns is found, and is null when one of them is")
    func composite() throws {
        var map = KeyMap()
        let bytes: [UInt8] = [0, 0, 0, 1, 0x61, 0, 0, 0, 8] + bigEndian(7)
        map.insert(bytes.span, surrogate: 70)
        let parts = [plan("agent", .text), plan("client", .integer)]
        let key = KeyPlan(name: "pair", map: 0, parts: parts, missing: .infer)
        var harness = Harness(
            try RowEncoder(layout: RowLayout([.key(key)]), header: header),
            keys: KeyMaps([map])
        )
        harness.encode(batch([["a", "7", ""], ["a", "", ""], ["b", "8", ""], ["a", "x", ""]]))
        #expect(tuples(harness.copy) == [[bigEndian(70)], [bigEndian(-1)]])
        #expect(
            harness.encoder.missingKeys(in: harness.keys)[0].map(\.fields) == [
                [[0x62], bigEndian(8)]
            ]
        )
        #expect(harness.rejects.map(\.rule) == ["integer"])
        #expect(harness.rejects.map(\.column) == ["client"])
    }
}
