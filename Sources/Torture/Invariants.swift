import Foundation
import Planning
import Postgres
import Redis
import Words

/// The invariants I1 to I11 of `faults.md`, checked when a case is over.
struct Invariants: Sendable {
    let arena: Arena
    let baseline: Baseline?

    /// What does not hold, in words; empty when everything does.
    func violations() async throws -> [String] {
        var found: [String] = []
        for (rule, sql) in Self.questions {
            let answer = try await arena.ask(sql)
            if answer != ["t"] { found.append(rule) }
        }
        found += try await differences()
        found += try await remains()
        found += try await leaks()
        found += try await arena.outside?.violations(arena) ?? []
        return found
    }

    /// Each must be answered with true.
    private static let questions: [(rule: String, sql: SQL)] = [
        (
            "I1: every planned task is done",
            """
            select (select bool_and(state = \(literal: TaskState.done.rawValue)) from longshore.task)
                and (select bool_and(state = \(literal: LoadState.loaded.rawValue)) from longshore.load)
            """
        ),
        (
            "I3: the ledger's counts are the table's",
            """
            select bool_and(t.rows_loaded = (select count(*) from callcenter.fact_call f
                where f.period = c.period_start) and c.rows_loaded = t.rows_loaded)
            from longshore.task t
            join longshore.control c using (schema_name, table_name, period)
            where t.table_name = 'fact_call' and c.loaded_by = t.load_id
            """
        ),
        (
            "I4: no fact is committed before its dimensions",
            """
            select not exists (
                select from longshore.task fact join longshore.task dimension using (load_id)
                where fact.kind = \(literal: LoadTaskKind.fact.rawValue)
                    and dimension.kind = \(literal: LoadTaskKind.dimension.rawValue)
                    and fact.committed_at < dimension.committed_at)
            """
        ),
        (
            "I4: no orphan keys",
            """
            select count(*) = 0 from callcenter.fact_call c
            left join callcenter.dim_agent a using (agent_key)
            left join callcenter.dim_client k using (client_key)
            where a.agent_key is null or k.client_key is null
            """
        ),
        (
            "I5: rows read = loaded + rejected + deduplicated",
            """
            select bool_and(rows_read = rows_loaded + rows_rejected + rows_deduplicated)
            from longshore.task
            """
        ),
        (
            "I5: as many rejects as the ledger says",
            """
            select (select coalesce(sum(rows_rejected), 0) from longshore.task)
                = (select count(*) from longshore.reject)
                and not exists (
                    select from longshore.reject r join longshore.control c
                        using (schema_name, table_name, period)
                    where (r.state = \(literal: RejectState.open.rawValue)) <> (c.loaded_by = r.load_id))
            """
        ),
        (
            "I7: no session is idle in a transaction",
            """
            select count(*) = 0 from pg_stat_activity
            where datname = current_database() and state like 'idle in transaction%'
            """
        ),
        (
            "I10: every failed attempt has a code and a message",
            "select coalesce(bool_and(code <> '' and message <> ''), true) from longshore.attempt"
        ),
    ]

    private func differences() async throws -> [String] {
        guard let baseline else { return [] }
        let seen = try await Baseline.read(arena)
        var found: [String] = []
        for table in Set(seen.tables.keys).union(baseline.tables.keys).sorted()
        where seen.tables[table] != baseline.tables[table] {
            found.append("I2: the content of \(table) differs\(shown(table, baseline, seen))")
        }
        if seen.meaning != baseline.meaning {
            found.append("I2: the facts' keys mean something else")
        }
        if seen.relations != baseline.relations {
            let left = Set(seen.relations).symmetricDifference(baseline.relations).sorted()
            found.append("I7: relations differ: \(left.joined(separator: ", "))")
        }
        return found
    }

    /// Some of the rows that are missing or new, where the table is small.
    private func shown(_ table: String, _ expected: Baseline, _ seen: Baseline) -> String {
        guard let before = expected.rows[table], let now = seen.rows[table] else { return "" }
        let lines =
            before.subtracting(now).sorted().prefix(4).map { "- \($0)" }
            + now.subtracting(before).sorted().prefix(4).map { "+ \($0)" }
        return lines.map { "\n           \($0)" }.joined()
    }

    /// What is left on the broker and in Redis.
    private func remains() async throws -> [String] {
        var found = try await messages()
        if try await !leasesExpire() { found.append("I7: leases are left") }
        return found
    }

    /// Messages that stay: the broker counts those of a quorum queue every five seconds only.
    private func messages() async throws -> [String] {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let left = try await arena.ground.queues(of: arena.fleet).filter { $0.value > 0 }
            if left.isEmpty { return [] }
            guard ContinuousClock.now < deadline else {
                return left.map { "I7: \(counted($0.value, "message")) left in \($0.key)" }.sorted()
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// Whether no lease is left: those of the dead expire within half a minute.
    private func leasesExpire() async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(40)
        while try await !arena.leases().isEmpty {
            guard ContinuousClock.now < deadline else { return false }
            try await Task.sleep(for: .seconds(1))
        }
        return true
    }

    /// Passwords and values of rows in what the processes wrote: logs, the ledger, Redis.
    private func leaks() async throws -> [String] {
        let secrets = try arena.ground.addresses().passwords + arena.ground.canaries
        var written: [(place: String, text: String)] = []
        for log in try FileManager.default.contentsOfDirectory(atPath: arena.folder) {
            let text = try String(contentsOfFile: "\(arena.folder)/\(log)", encoding: .utf8)
            written.append((log, text))
        }
        written.append(("the ledger", try await Traces.ledger(arena.ask)))
        let redis = try await Traces.redis(fleet: arena.fleet, arena.ground.redis)
        written.append(("Redis", redis))
        return written.compactMap { place, text in
            let leaked = secrets.filter { !$0.isEmpty && text.contains($0) }
            return leaked.isEmpty ? nil : "I9: \(leaked.count) secrets or values in \(place)"
        }
    }
}
