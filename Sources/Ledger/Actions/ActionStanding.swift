package import Pipelines
package import Planning
package import Postgres

extension InterventionTarget {
    /// What it is, as the action log names it: `load 7`, `task 7.12`, `pipeline callcenter`.
    package var named: String {
        switch self {
        case .pipeline: "pipeline \(self)"
        case .load: "load \(self)"
        case .task: "task \(self)"
        }
    }
}

/// How what somebody acts on stands, in words: for the action log, and to find out whether it has moved since.
///
/// What a running load changes all the time is left out.
package struct ActionStanding: Sendable {
    /// A query of one text.
    private let sql: SQL

    /// The words; empty where there is nothing.
    package func words(on connection: PostgresConnection) async throws -> String {
        let rows = try await connection.query("select (\(sql)) as words")
        return try rows.first?.optionalText("words") ?? ""
    }

    /// With the words of another behind it.
    package func and(_ other: ActionStanding) -> ActionStanding {
        ActionStanding(sql: "nullif(concat_ws('; ', (\(sql)), (\(other.sql))), '')")
    }

    /// Of a load or a pipeline: its loads that run and its newest one, with what is not done for good; of a task, its state.
    package static func of(_ target: InterventionTarget) -> ActionStanding {
        switch target {
        case .task(let task):
            let pause: SQL = """
                exists (select from longshore.intervention i where i.kind = \(OrderKind.pause)
                    and i.load_id = t.load_id and i.ordinal = t.ordinal)
                """
            return ActionStanding(
                sql: """
                    select t.state || case when \(pause) then ', paused' else '' end
                    from longshore.task t where t.load_id = \(task.load) and t.ordinal = \(task.ordinal)
                    """
            )
        case .load(let load): return ofLoads("l.id = \(load)")
        case .pipeline(let name): return ofLoads("l.pipeline = \(name)")
        }
    }

    private static func ofLoads(_ condition: SQL) -> ActionStanding {
        ActionStanding(
            sql: """
                select string_agg('load ' || l.id || ' ' || l.state
                    || case when exists (select from longshore.intervention i
                        where \(InterventionTable.pausesLoad)) then ', paused' else '' end
                    || coalesce((select ': ' || string_agg(n || ' ' || state, ', ' order by state) from (
                        select state, count(*) as n from longshore.task t where t.load_id = l.id
                            and state in (\([TaskState.failed, .blocked, .cancelled])) group by state) s), ''),
                    '; ' order by l.id)
                from longshore.load l where \(condition)
                    and (l.state = \(LoadState.running)
                        or l.id = (select max(id) from longshore.load l where \(condition)))
                """
        )
    }

    /// Of periods of a pipeline's facts and marts: how each stands, and by which load; those that stand alike together.
    package static func of(_ labels: [String], of pipeline: Pipeline) -> ActionStanding {
        ActionStanding(
            sql: """
                select string_agg(period || ' ' || words || ' (' || names || ')', '; ' order by period, names)
                        filter (where place <= \(mostPeriods))
                    || case when count(*) > \(mostPeriods) then '; and ' || count(*) - \(mostPeriods)
                        || ' more, altogether ' || md5(string_agg(period || ' ' || words || ' ' || names, ';' order by period, names)) else '' end
                from (
                    select row_number() over (order by period, words) as place, period, words, string_agg(name, ', ' order by kind, name) as names from (
                        select c.period, c.kind, c.name, c.state || coalesce(' by load ' || c.loaded_by, '')
                            || coalesce((select ', claimed by load ' || l.id from longshore.load l
                                where l.id = c.claimed_by and l.state = \(LoadState.running)), '') as words
                        from longshore.control c where \(ControlTable.areOf(pipeline, labels))) each
                    group by period, words) alike
                """
        )
    }

    /// The most that are told one by one; the others are a digest, which moves when one of them does.
    private static let mostPeriods = 24

    /// Of rejects: how many are in which state.
    package static func of(_ filter: RejectFilter) -> ActionStanding {
        var all = filter
        all.onlyOpen = false
        return ActionStanding(
            sql: """
                select string_agg(n || ' ' || state, ', ' order by state) from (
                    select r.state, count(*) as n from longshore.reject r
                    join longshore.load l on l.id = r.load_id where \(all.condition) group by r.state) s
                """
        )
    }

    /// Of effects of exports that meet a condition: how many are in which state.
    static func ofEffects(_ condition: SQL) -> ActionStanding {
        ActionStanding(
            sql: """
                select string_agg(n || ' ' || state, ', ' order by state) from (
                    select state, count(*) as n from longshore.effect where \(condition) group by state) s
                """
        )
    }

    /// Of the schedule of a pipeline: whether it is paused, and what is fired by hand.
    package static func ofSchedule(_ pipeline: String) -> ActionStanding {
        ActionStanding(
            sql: """
                select s.cron || coalesce(', paused by ' || s.paused_by, '')
                    || coalesce((select ', to be fired for ' || string_agg(f.requested_by, ', ' order by f.id)
                        from longshore.firing f where f.pipeline = s.pipeline and f.state = \(FiringState.open)
                            and f.requested_by is not null), '')
                from longshore.schedule s where s.pipeline = \(pipeline)
                """
        )
    }
}
