import TestSupport
import Testing
import Words

@testable import Rows

/// References to dimensions whose key maps are not in memory: their keys are asked for.
@Suite("Keys that are looked up")
struct KeyLookupTests {
    /// All kinds of references: as-of, composite, inferring, and two of different kinds to one map.
    private static let layout = RowLayout([
        reference("agent", map: 0, from: ["agent"], .reject, asOf: 4),
        reference("pair", map: 1, from: ["agent", "client"], .unknown),
        reference("client", map: 2, from: ["client"], .infer),
        reference("payer", map: 2, from: ["payer"], .reject),
        .value(plan("at", .timestamp(format: .isoTimestamp, zone: "UTC"))),
        .value(plan("call", .text)),
        .rowNumber,
    ])

    private static func reference(
        _ name: String,
        map: Int,
        from sources: [ExactText],
        _ missing: KeyPlan.Missing,
        asOf: Int? = nil
    ) -> RowLayout.Output {
        let parts = sources.map {
            ValuePlan(name: name, source: $0, type: .text, cleaning: [.trim, .upper])
        }
        return .key(KeyPlan(name: name, map: map, parts: parts, missing: missing, asOf: asOf))
    }

    /// The versions of the members of each map: business key, surrogate key, start.
    private static let members: [[(key: [UInt8], surrogate: Int64, start: Int64)]] = [
        (0..<12).map { (Array("A\($0 / 2)".utf8), 100 + $0, $0.isMultiple(of: 2) ? 0 : 5_000_000) },
        (0..<6).map { (bytes(["A\($0)", "A LONG CLIENT \($0)"]), 200 + $0, .min) },
        (0..<6).map { (Array("A LONG CLIENT \($0)".utf8), 300 + $0, .min) },
    ]

    private static func bytes(_ key: [String]) -> [UInt8] {
        key.flatMap { [0, 0, 0, UInt8($0.utf8.count)] + Array($0.utf8) }
    }

    private static func rows(_ count: Int, seed: UInt64) -> [[String]] {
        var generator = SeededGenerator(seed: seed)
        func number(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }
        func client(_ bound: Int) -> String {
            ["a long client \(number(bound))", "A LONG CLIENT 1 ", "a long client 2"][number(3)]
        }
        return (0..<count)
            .map { _ in
                let agent = number(30) == 0 ? " " : ["A\(number(7))", " a\(number(6)) "][number(2)]
                let whose = number(30) == 0 ? "" : client(9)
                let time = "2000-01-01 00:00:0\(number(10))"
                return [agent, whose, client(7), time, "c\(number(count))"]
            }
    }

    /// What comes of the rows when some maps are not in memory.
    private static func encode(_ rows: [[String]], lookedUp: Set<Int>) throws -> Outcome {
        let maps = members.enumerated()
            .map { index, members in
                var map = KeyMap()
                for member in members where !lookedUp.contains(index) {
                    map.insert(
                        member.key.span,
                        surrogate: member.surrogate,
                        validFrom: member.start
                    )
                }
                return map
            }
        var harness = Harness(
            try RowEncoder(
                layout: layout,
                header: ["agent", "client", "payer", "at", "call"],
                grain: [5]
            ),
            keys: KeyMaps(maps, incomplete: lookedUp)
        )
        var inferred: [String: Int64] = [:]
        for start in stride(from: 0, to: rows.count, by: 50) {
            let part = rows[start..<min(start + 50, rows.count)]
            harness.encode(batch(Array(part), firstLine: start + 2))
            // In one run members are asked for in other places than in another.
            if (start / 50 + lookedUp.count).isMultiple(of: 3) { resolve(&harness, &inferred) }
        }
        resolve(&harness, &inferred)
        return Outcome(harness, inferred)
    }

    /// Looks up and makes members, and encodes the rows that wait for them.
    private static func resolve(_ harness: inout Harness, _ inferred: inout [String: Int64]) {
        for (map, wanted) in harness.encoder.wantedKeys(in: harness.keys).enumerated() {
            for key in wanted {
                for member in members[map] where member.key == key.bytes {
                    harness.keys.learn(
                        key.bytes.span,
                        surrogate: member.surrogate,
                        validFrom: member.start,
                        map: map
                    )
                }
                // As a task that inferred the member finds it in the dimension from then on.
                if let made = inferred[String(decoding: key.bytes, as: UTF8.self)] {
                    harness.keys.learn(key.bytes.span, surrogate: made, map: map)
                }
            }
        }
        for (map, missing) in harness.encoder.missingKeys(in: harness.keys).enumerated() {
            for key in missing {
                let made = 1_000 + Int64(inferred.count)
                #expect(inferred.updateValue(made, forKey: key.text) == nil)
                harness.keys.insert(key.bytes.span, surrogate: made, map: map)
            }
        }
        harness.encodeDeferred()
        harness.keys.forget(over: 0)
    }

    /// Rows in the order of their numbers, with the names of inferred members for their keys.
    private struct Outcome: Equatable {
        var counts: [Int]
        var rows: [[String]]
        var rejects: [Reject]
        var inferred: [String]

        init(_ harness: borrowing Harness, _ members: [String: Int64]) {
            let names = Dictionary(uniqueKeysWithValues: members.map { ($1, $0) })
            counts = harness.counts
            inferred = members.keys.sorted()
            rejects = harness.rejects.sorted { $0.line < $1.line }
            rows = tuples(harness.copy)
                .map { $0.map { $0 ?? [] } }
                .sorted { $0[6].lexicographicallyPrecedes($1[6]) }
                .map { row in
                    row.map { bytes in
                        let number = bytes.reduce(0 as Int64) { $0 << 8 | Int64($1) }
                        return names[number] ?? "\(number)"
                    }
                }
        }
    }

    @Test(
        "rows, rejects, counts and inferred members are the same as with the maps in memory",
        arguments: 1...12 as ClosedRange<UInt64>
    )
    func same(seed: UInt64) throws {
        let rows = Self.rows(700, seed: seed)
        let expected = try Self.encode(rows, lookedUp: [])
        #expect(expected.counts[1] > 50 && expected.counts[2] > 100)
        #expect(Set(expected.rejects.map(\.rule)) == ["references", "required", "grain"])
        #expect(expected.inferred == (6...8).map { "A LONG CLIENT \($0)" })
        for lookedUp in [[0], [1], [2], [0, 2], [1, 2], [0, 1, 2]] as [Set<Int>] {
            #expect(try Self.encode(rows, lookedUp: lookedUp) == expected, "\(lookedUp)")
        }
    }
}

extension MissingKey {
    fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}
