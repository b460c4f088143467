import Foundation
import TestSupport

/// What a source says of a member at some time.
package struct Observation: Hashable {
    package var member: String
    /// Minutes since 2024-01-01; a member is observed once at a time.
    package var minute: Int
    /// Scd 0.
    package var hired: String
    /// Scd 1.
    package var phone: String
    /// Scd 2, both.
    package var team: String
    package var level: Int

    package init(
        member: String,
        minute: Int,
        hired: String,
        phone: String,
        team: String,
        level: Int
    ) {
        self.member = member
        self.minute = minute
        self.hired = hired
        self.phone = phone
        self.team = team
        self.level = level
    }

    package static let header = "agent_id,updated_at,hired,phone,team,level\n"

    package var line: String {
        "\(member),\(Self.time(minute)),\(hired),\(phone),\(team),\(level)\n"
    }

    /// As Postgres shows it in UTC, without the zone.
    package static func time(_ minute: Int) -> String {
        let day = minute / 1440
        let date = Date(timeIntervalSince1970: 1_704_067_200 + Double(day) * 86_400)
        let text = date.ISO8601Format().prefix(10)
        return "\(text) \(pad(minute % 1440 / 60)):\(pad(minute % 60)):00"
    }

    private static func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// A file of observations, in the given order.
    package static func file(_ observations: some Sequence<Observation>) -> String {
        header + observations.map(\.line).joined()
    }

    /// Random histories: values repeat, so that many observations say nothing new.
    package static func random(members: Int, count: Int, seed: UInt64) -> [Observation] {
        var generator = SeededGenerator(seed: seed)
        var taken: Set<[Int]> = []
        var observations: [Observation] = []
        while observations.count < count {
            let member = Int.random(in: 0..<members, using: &generator)
            let minute = Int.random(in: 0..<400_000, using: &generator)
            guard taken.insert([member, minute]).inserted else { continue }
            observations.append(
                Observation(
                    member: "a\(member)",
                    minute: minute,
                    hired: Bool.random(using: &generator)
                        ? "" : "h\(Int.random(in: 0..<9, using: &generator))",
                    phone: "p\(Int.random(in: 0..<9, using: &generator))",
                    team: ["", "North", "South"].randomElement(using: &generator) ?? "",
                    level: Int.random(in: 1...2, using: &generator)
                )
            )
        }
        return observations
    }
}

/// The history that observations make, computed in the plainest way: decision 0006 in memory.
package enum OracleHistory {
    /// Each version as `key|hired|phone|team|level|from|to|current`, sorted.
    package static func versions(of observations: some Sequence<Observation>) -> [String] {
        Dictionary(grouping: observations, by: \.member).values
            .flatMap { versions(ofMember: $0.sorted { $0.minute < $1.minute }) }
            .sorted()
    }

    private static func versions(ofMember states: [Observation]) -> [String] {
        guard let first = states.first, let last = states.last else { return [] }
        var begins = [first]
        for (before, state) in zip(states, states.dropFirst())
        where before.team != state.team || before.level != state.level {
            begins.append(state)
        }
        return begins.enumerated()
            .map { index, state in
                let isLast = index == begins.count - 1
                let end = isLast ? "infinity" : Observation.time(begins[index + 1].minute)
                return [
                    state.member, shown(first.hired), last.phone, shown(state.team),
                    "\(state.level)",
                    Observation.time(state.minute), end, isLast ? "t" : "f",
                ]
                .joined(separator: "|")
            }
    }

    private static func shown(_ text: String) -> String { text.isEmpty ? "∅" : text }
}
