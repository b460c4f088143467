@testable import Rows

/// Zone files made by hand.
enum ZoneFixtures {
    /// New York as a slim file: no change is written out, the rule says all.
    static let newYork = zone("America/New_York", offset: -18_000, rule: "EST5EDT,M3.2.0,M11.1.0")

    /// A zone of one offset and a rule.
    static func zone(_ name: String, offset: Int, rule: String) -> ZoneTable {
        do {
            return try ZoneTable(name: name, tzif: file(offsets: [offset], rule: rule))
        } catch {
            fatalError("the fixture `\(name)` is wrong: \(error)")
        }
    }

    /// The bytes of a TZif file of version 2.
    static func file(
        offsets: [Int],
        transitions: [(second: Int, type: Int)] = [],
        rule: String
    ) -> [UInt8] {
        let old = header(times: 0, types: 1) + [0, 0, 0, 0, 0, 0] + [0]
        let block =
            transitions.flatMap { bigEndian(Int64($0.second)) }
            + transitions.map { UInt8($0.type) }
            + offsets.flatMap { Array(bigEndian(Int64($0)).suffix(4)) + [0, 0] } + [0]
        return old + header(times: transitions.count, types: offsets.count) + block
            + Array("\n\(rule)\n".utf8)
    }

    private static func header(times: Int, types: Int) -> [UInt8] {
        let counts = [0, 0, 0, times, types, 1]
        return Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
            + counts.flatMap { Array(bigEndian(Int64($0)).suffix(4)) }
    }
}
