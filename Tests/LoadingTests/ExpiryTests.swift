import Ledger
import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Members that the source has no more", .serialized)
struct ExpiryTests {
    enum Kind: String, CaseIterable {
        case plain = "scd: 1"
        case versioned = "scd: 2"
    }

    private func definition(
        _ kind: Kind,
        expect: String = "expect: { expired: { max: 50% } }",
        onMissing: String = "on_missing: expire"
    ) throws -> Definition {
        try .text(
            """
            pipeline: hr
            sources: { drops: { files: data } }
            dimensions:
              team:
                from: { source: drops, csv: teams.csv }
                key: code
                \(onMissing)
                columns:
                  code: { type: text, required: true }
                  city: { type: text, \(kind.rawValue) }
                \(expect)
            """
        )
    }

    private func teams(_ codes: String...) -> String {
        "code,city\n" + codes.map { "\($0),\($0)-city\n" }.joined()
    }

    /// Which members are present, and which have expired.
    private func members(_ kind: Kind, _ dock: Dock) async throws -> [String] {
        let holds = kind == .plain ? "bool_or(expired_at is null)" : "bool_or(is_current)"
        return try await dock.rows(
            "select code, \(holds) as holds from hr.dim_team where team_key > 0 group by code order by 1"
        )
    }

    @Test("are kept unless the definition says otherwise")
    func kept() async throws {
        let dock = try await Dock(["teams.csv": teams("N", "S")])
        for rows in [teams("N", "S"), teams("N")] {
            try dock.write("teams.csv", rows)
            #expect(
                try await dock.load(definition(.versioned, expect: "", onMissing: "")).failures
                    == []
            )
        }
        #expect(try await members(.versioned, dock) == ["N|t", "S|t"])
    }

    @Test(
        "expire, once, under their key, and are opened again when they return",
        arguments: Kind.allCases
    )
    func expire(kind: Kind) async throws {
        let dock = try await Dock(["teams.csv": teams("N", "S", "W")])
        let definition = try definition(kind)
        let first = try await dock.load(definition)
        #expect(first.failures == [])
        let keys = "select code, min(team_key) as key from hr.dim_team group by code order by code"
        let before = try await dock.rows(keys)
        try dock.write("teams.csv", teams("N", "W"))
        let second = try await dock.load(definition)
        #expect(second.failures == [])
        #expect(try await members(kind, dock) == ["N|t", "S|f", "W|t"])
        let ended = kind == .plain ? "expired_at" : "valid_to"
        let since = """
            select l.id from hr.dim_team join longshore.load l on l.created_at = \(ended)
            where code = 'S'
            """
        #expect(try await dock.row(since) == "\(second.id)")
        // The next load does not expire it again.
        #expect(try await dock.load(definition).failures == [])
        #expect(try await dock.row(since) == "\(second.id)")
        try dock.write("teams.csv", teams("N", "S", "W"))
        let back = try await dock.load(definition)
        #expect(back.failures == [])
        #expect(try await members(kind, dock) == ["N|t", "S|t", "W|t"])
        #expect(try await dock.rows(keys) == before)
        if kind == .versioned {
            #expect(
                try await dock.rows(
                    """
                    select f.id as from, t.id as to, is_current from hr.dim_team
                    join longshore.load f on f.created_at = valid_from
                    left join longshore.load t on t.created_at = valid_to
                    where code = 'S' order by valid_from
                    """
                ) == ["\(first.id)|\(second.id)|f", "\(back.id)|∅|t"]
            )
        }
        let rows = "select *, xmin from hr.dim_team order by team_key"
        let settled = try await dock.rows(rows)
        #expect(try await dock.load(definition).failures == [])
        #expect(try await dock.rows(rows) == settled)
    }

    @Test(
        "are refused to expire beyond the declared share, and nothing changes",
        arguments: Kind.allCases
    )
    func guarded(kind: Kind) async throws {
        let dock = try await Dock(["teams.csv": teams("A", "B", "C", "D", "E")])
        let definition = try definition(kind, expect: "expect: { expired: { max: 20% } }")
        #expect(try await dock.load(definition).failures == [])
        let rows = "select *, xmin from hr.dim_team order by team_key"
        let before = try await dock.rows(rows)
        try dock.write("teams.csv", teams("A", "B", "C"))
        let failure = try #require(try await dock.load(definition).failure("team"))
        #expect(failure.code == "warehouse.expiry")
        #expect(
            failure.message == """
                2 of the 5 members of `dim_team` (40 %) are not in its source any more, and 20 % may \
                expire at once; the rows are as they were. Look whether the source is complete. If so \
                many are gone, set `expect: { expired: { max: 40% } }` and start `longshore load` again
                """
        )
        #expect(try await dock.rows(rows) == before)
        let wider = try self.definition(kind, expect: "expect: { expired: { max: 40% } }")
        #expect(try await dock.load(wider).failures == [])
        #expect(try await members(kind, dock) == ["A|t", "B|t", "C|t", "D|f", "E|f"])
    }

    @Test("may be a tenth of all when nothing is declared; a warning lets more go")
    func standard() async throws {
        let dock = try await Dock(["teams.csv": teams("A", "B", "C", "D", "E")])
        #expect(try await dock.load(definition(.plain, expect: "")).failures == [])
        try dock.write("teams.csv", teams("A", "B", "C", "D"))
        let failure = try #require(
            try await dock.load(definition(.plain, expect: "")).failure("team")
        )
        #expect(failure.message.contains("(20 %)") && failure.message.contains("10 % may expire"))
        let warned = try await dock.load(
            definition(.plain, expect: "expect: { expired: { max: 1%, severity: warn } }")
        )
        #expect(warned.failures == [])
        #expect(
            try await dock.ledger.tasks.reports(ofLoad: warned.id).map(\.warnings)
                == [["1 of 5 members have expired, more than 1 %"]]
        )
        #expect(try await members(.plain, dock)[4] == "E|f")
    }

    @Test("never expire because the source came back empty", arguments: Kind.allCases)
    func empty(kind: Kind) async throws {
        let dock = try await Dock(["teams.csv": teams("A", "B")])
        let definition = try definition(
            kind,
            expect: "expect: { expired: { max: 100%, severity: warn } }"
        )
        #expect(try await dock.load(definition).failures == [])
        try dock.write("teams.csv", "code,city\n")
        #expect(try await dock.load(definition).failure("team")?.code == "warehouse.row_count")
        #expect(try await members(kind, dock) == ["A|t", "B|t"])
    }

    @Test(
        "never expire because the source came back empty, whatever is expected of it",
        arguments: ["expired: { max: 100% }", "expired: { max: 1%, severity: warn }"]
    )
    func emptyAllowed(expired: String) async throws {
        let dock = try await Dock(["teams.csv": teams("A", "B")])
        let definition = try definition(
            .plain,
            expect: "expect: { rows: { min: 0 }, \(expired) }"
        )
        #expect(try await dock.load(definition).failures == [])
        try dock.write("teams.csv", "code,city\n")
        let failure = try #require(try await dock.load(definition).failure("team"))
        #expect(failure.code == "warehouse.expiry")
        #expect(
            failure.message == """
                the source of `dim_team` has no rows, and 2 members would expire; the rows are as they \
                were. An empty source never empties a dimension: look whether it is complete, then load \
                again
                """
        )
        #expect(try await members(.plain, dock) == ["A|t", "B|t"])
    }

    @Test("are kept while rows of the source are rejected: theirs may be among them")
    func rejected() async throws {
        let dock = try await Dock(["teams.csv": teams("A", "B")])
        #expect(try await dock.load(definition(.plain)).failures == [])
        try dock.write("teams.csv", teams("A") + "\"\",x\n")
        let load = try await dock.load(definition(.plain))
        #expect(load.failures == [])
        #expect(
            try await dock.ledger.tasks.reports(ofLoad: load.id).first?.warnings.first
                == "1 member not in the source is kept all the same: 1 row of it was rejected, and may be "
                + "theirs"
        )
        #expect(try await members(.plain, dock) == ["A|t", "B|t"])
    }

    @Test("a fact still finds the version of an expired member, and inferred ones never expire")
    func facts() async throws {
        let yaml = try #require(Shop.calls().bundle.files["pipeline.yaml"])
        let definition = try Definition.text(
            yaml.replacing(
                "    effective: since\n",
                with:
                    "    effective: since\n    on_missing: expire\n    expect: { expired: { max: 60% } }\n"
            )
        )
        let dock = try await Dock([
            "agents.csv": """
            agent_id,since,team
            a1,2024-01-10 00:00:00,North
            a1,2024-01-20 00:00:00,South
            a2,2024-01-01 00:00:00,West

            """,
            "calls_2024-01.csv": """
            call_id,at,agent
            a,2024-01-15 00:00:00,a1
            b,2024-01-25 00:00:00,a1
            c,2024-01-25 00:00:00,a9

            """,
        ])
        #expect(try await dock.load(definition).failures == [])
        try dock.write("agents.csv", "agent_id,since,team\na2,2024-01-01 00:00:00,West\n")
        #expect(try await dock.load(definition).failures == [])
        #expect(
            try await dock.rows(
                """
                select call_id, agent_id, team, is_current from desk.fact_call
                join desk.dim_agent using (agent_key) order by 1
                """
            ) == ["a|a1|North|f", "b|a1|South|f", "c|a9|∅|t"]
        )
        #expect(
            try await dock.row("select state, reason from longshore.control where kind = 'fact'")
                == "loaded|∅"
        )
    }

    @Test(
        "however rows are shuffled, doubled and late, the history follows the snapshots",
        arguments: [21, 22, 23] as [UInt64]
    )
    func property(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let tides = Tide.random(members: 30, loads: 6, seed: seed)
        let ordered = try await Dock()
        let shuffled = try await Dock()
        var told: [Tide] = []
        for (number, tide) in tides.enumerated() {
            told.append(tide)
            try await load(tide.observations, of: tide, into: ordered)
            // Some rows of earlier loads come again, of members that the snapshot has.
            let again = told.flatMap(\.observations)
                .filter { tide.present.contains($0.member) }
                .shuffled(using: &generator)
            let rows = tide.observations + tide.observations.prefix(5) + again.prefix(number * 10)
            try await load(rows.shuffled(using: &generator), of: tide, into: shuffled)
            let expected = Tide.versions(of: told)
            #expect(try await versions(ordered) == expected)
            #expect(try await versions(shuffled) == expected)
        }
    }

    private func load(_ rows: [Observation], of tide: Tide, into dock: Dock) async throws {
        try dock.write("agents.csv", Observation.file(rows))
        let yaml = try #require(HistoryTests.definition().bundle.files["pipeline.yaml"])
        let definition = try Definition.text(
            yaml.replacing(
                "    effective: updated_at\n",
                with:
                    "    effective: updated_at\n    on_missing: expire\n    expect: { expired: { max: 100% } }\n"
            )
        )
        let load = try await dock.create(definition)
        try await dock.connection.query(
            """
            update longshore.load set created_at = \("\(Observation.time(tide.minute))Z" as String)::timestamptz
            where id = \(load.id)
            """
        )
        #expect(await dock.perform(load.task("agent")).failure == nil)
    }

    private func versions(_ dock: Dock) async throws -> [String] {
        try await dock.rows(
            """
            select agent_id, team, level, valid_from::timestamp as f, valid_to::timestamp as t,
                is_current
            from staff.dim_agent where agent_key <> -1 and valid_from < valid_to
            """
        )
        .sorted()
    }
}

/// A snapshot of a source at some time: what it tells, late rows too, and by it which members it has.
struct Tide {
    /// When the load is created.
    let minute: Int
    let observations: [Observation]

    var present: Set<String> { Set(observations.map(\.member)) }

    /// Snapshots of which each lacks some members; an observation is told by some later snapshot that
    /// has its member, and by others after it.
    static func random(members: Int, loads: Int, seed: UInt64) -> [Tide] {
        var generator = SeededGenerator(seed: seed)
        let observations = Observation.random(members: members, count: members * 8, seed: seed)
        return (1...loads)
            .map { number in
                let minute = number * 60_000
                let absent = Set(
                    (0..<members).filter { _ in Int.random(in: 0..<4, using: &generator) == 0 }
                )
                let rows = observations.filter { observation in
                    guard let member = Int(observation.member.dropFirst()) else { return false }
                    return !absent.contains(member) && observation.minute < minute
                        && Int.random(in: 0..<2, using: &generator) == 0
                }
                return Tide(minute: minute, observations: rows)
            }
    }

    /// Each version as `key|team|level|from|to|current`, computed in the plainest way: a member's
    /// state at every minute at which something happens.
    static func versions(of tides: [Tide]) -> [String] {
        let observations = Dictionary(grouping: Set(tides.flatMap(\.observations)), by: \.member)
        return
            observations.flatMap { member, states in
                versions(
                    of: states.sorted { $0.minute < $1.minute },
                    absences: absences(of: member, in: tides, states)
                )
            }
            .sorted()
    }

    private static func absences(
        of member: String,
        in tides: [Tide],
        _ states: [Observation]
    ) -> [Range<Int>] {
        var absences: [Range<Int>] = []
        var isKnown = false
        var gone: Int?
        for tide in tides {
            if tide.present.contains(member) {
                if let since = gone {
                    let seen = states.map(\.minute).filter { $0 > since && $0 <= tide.minute }.min()
                    absences.append(since..<(seen ?? tide.minute))
                }
                (isKnown, gone) = (true, nil)
            } else if isKnown, gone == nil {
                gone = tide.minute
            }
        }
        return absences + (gone.map { [$0..<Int.max] } ?? [])
    }

    private static func versions(of states: [Observation], absences: [Range<Int>]) -> [String] {
        let moments = Set(
            states.map(\.minute) + absences.flatMap { [$0.lowerBound, $0.upperBound] }
        )
        .filter { $0 != .max }.sorted()
        var versions: [(state: Observation, from: Int, to: Int)] = []
        for (index, moment) in moments.enumerated() {
            guard let state = states.last(where: { $0.minute <= moment }),
                !absences.contains(where: { $0.contains(moment) })
            else { continue }
            let end = index + 1 < moments.count ? moments[index + 1] : Int.max
            if let last = versions.last, last.to == moment, last.state.team == state.team,
                last.state.level == state.level
            {
                versions[versions.count - 1].to = end
            } else {
                versions.append((state, moment, end))
            }
        }
        return versions.map { version in
            let team = version.state.team.isEmpty ? "∅" : version.state.team
            let isLast = version.to == .max
            return "\(version.state.member)|\(team)|\(version.state.level)|"
                + "\(Observation.time(version.from))|"
                + "\(isLast ? "infinity" : Observation.time(version.to))|\(isLast ? "t" : "f")"
        }
    }
}
