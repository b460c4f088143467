import Pipelines
import Planning
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("The history of a dimension", .serialized)
struct HistoryTests {
    static func definition() throws -> Definition {
        try .text(
            """
            pipeline: staff
            sources:
              drops: { files: data }
            dimensions:
              agent:
                from: { source: drops, csv: agents.csv }
                key: agent_id
                effective: updated_at
                columns:
                  agent_id: { type: text, required: true }
                  updated_at: { type: timestamp, required: true }
                  hired: { type: text, scd: 0 }
                  phone: { type: text, scd: 1 }
                  team: { type: text, scd: 2 }
                  level: { type: integer, scd: 2 }
            """
        )
    }

    private func versions(_ dock: Dock) async throws -> [String] {
        try await dock.rows(
            """
            select agent_id, hired, phone, team, level, valid_from::timestamp as f,
                valid_to::timestamp as t, is_current
            from staff.dim_agent where agent_key <> -1 and valid_from < valid_to
            """
        )
        .sorted()
    }

    /// Surrogate keys of the versions, by business key and start.
    private func keys(_ dock: Dock) async throws -> Set<String> {
        Set(
            try await dock.rows(
                """
                select agent_id, valid_from::timestamp as f, agent_key from staff.dim_agent
                where agent_key <> -1 and valid_from < valid_to
                """
            )
        )
    }

    private func load(_ observations: [Observation], into dock: Dock) async throws -> DockedLoad {
        try dock.write("agents.csv", Observation.file(observations))
        let load = try await dock.load(Self.definition())
        #expect(load.failures == [])
        return load
    }

    /// No two versions of a member overlap or leave a gap, and the last one is current.
    private func expectSound(_ dock: Dock) async throws {
        #expect(
            try await dock.rows(
                """
                select * from (
                    select agent_id, valid_to, is_current,
                        lead(valid_from) over (partition by agent_id order by valid_from) as next
                    from staff.dim_agent where agent_key <> -1 and valid_from < valid_to) v
                where next is distinct from nullif(valid_to, 'infinity')
                    or is_current <> (next is null)
                """
            ) == []
        )
    }

    @Test("one load gives the versions that the oracle gives", arguments: [1, 2, 3] as [UInt64])
    func oneLoad(seed: UInt64) async throws {
        let observations = Observation.random(members: 200, count: 1_500, seed: seed)
        let dock = try await Dock()
        let load = try await load(observations, into: dock)
        #expect(load.counts("agent") == RowCounts(read: 1_500, loaded: 1_500))
        #expect(try await versions(dock) == OracleHistory.versions(of: observations))
        try await expectSound(dock)
    }

    @Test("the order of rows and doubled rows do not matter", arguments: [4, 5] as [UInt64])
    func shuffledAndDoubled(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let observations = Observation.random(members: 150, count: 1_000, seed: seed)
        let dock = try await Dock()
        let load = try await load(
            (observations + observations).shuffled(using: &generator),
            into: dock
        )
        #expect(
            load.counts("agent") == RowCounts(read: 2_000, loaded: 1_000, deduplicated: 1_000)
        )
        #expect(try await versions(dock) == OracleHistory.versions(of: observations))
    }

    @Test(
        "however rows are split over loads, late ones too, the history is the same after each",
        arguments: [6, 7, 8, 9] as [UInt64]
    )
    func split(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let observations = Observation.random(members: 80, count: 800, seed: seed)
            .shuffled(using: &generator)
        let dock = try await Dock()
        var told: [Observation] = []
        for part in 0..<4 {
            let fresh = observations[part * 200..<(part + 1) * 200]
            // Some rows come again in later loads.
            let repeated = told.shuffled(using: &generator).prefix(50)
            told += fresh
            let before = try await part == 0 ? [] : keys(dock)
            _ = try await load((fresh + repeated).shuffled(using: &generator), into: dock)
            #expect(try await versions(dock) == OracleHistory.versions(of: told))
            try await expectSound(dock)
            let after = try await keys(dock)
            // A version that begins where it began has the key that it had.
            let stayed = before.filter { key in
                let start = key[..<(key.lastIndex(of: "|") ?? key.endIndex)]
                return after.contains { $0.hasPrefix(start + "|") }
            }
            #expect(stayed.subtracting(after) == [])
        }
    }

    @Test("loading the same again changes nothing, not even a row's transaction")
    func again() async throws {
        let observations = Observation.random(members: 50, count: 300, seed: 10)
        let dock = try await Dock()
        _ = try await load(observations, into: dock)
        let before = try await dock.rows("select *, xmin from staff.dim_agent order by agent_key")
        _ = try await load(observations.reversed(), into: dock)
        let after = try await dock.rows("select *, xmin from staff.dim_agent order by agent_key")
        #expect(after == before)
    }

    @Test("10,000 members with 50,000 versions are right, and quick", .timeLimit(.minutes(1)))
    func large() async throws {
        let observations = Observation.random(members: 10_000, count: 60_000, seed: 11)
        let dock = try await Dock()
        let load = try await load(observations, into: dock)
        #expect(load.counts("agent")?.loaded == 60_000)
        let expected = OracleHistory.versions(of: observations)
        #expect(expected.count > 45_000)
        #expect(try await versions(dock) == expected)
    }

    @Test("a corrected observation replaces what was said of that instant")
    func corrected() async throws {
        let dock = try await Dock()
        func says(_ minute: Int, _ team: String) -> Observation {
            Observation(
                member: "a1",
                minute: minute,
                hired: "h",
                phone: "p",
                team: team,
                level: 1
            )
        }
        _ = try await load([says(0, "North"), says(10, "South"), says(20, "East")], into: dock)
        _ = try await load([says(10, "North")], into: dock)
        #expect(
            try await versions(dock)
                == OracleHistory.versions(of: [says(0, "North"), says(20, "East")])
        )
        // The version from minute 20 on still is what facts of that time point to.
        let key = "select agent_key from staff.dim_agent where is_current and agent_id = 'a1'"
        let current = try await dock.row(key)
        _ = try await load([says(10, "East")], into: dock)
        #expect(
            try await versions(dock)
                == OracleHistory.versions(of: [says(0, "North"), says(10, "East")])
        )
        #expect(try await dock.row(key) == current)
        _ = try await load([says(10, "South")], into: dock)
        #expect(
            try await versions(dock)
                == OracleHistory.versions(
                    of: [says(0, "North"), says(10, "South"), says(20, "East")]
                )
        )
        try await expectSound(dock)
    }
}
