import Planning
import Postgres

/// Attempts that committed or failed, a row each, and what they were judged by.
///
/// Nothing else writes `longshore.attempt` and `longshore.audit`.
struct AttemptTable {
    /// The condition that the attempt `a` is the one whose rows stand of a task: its last that committed.
    ///
    /// A task that is opened again, such as a delivery, may commit more than once.
    static func hasLoaded(_ task: SQL) -> SQL {
        """
        (a.load_id, a.ordinal, a.number) = (\(task).load_id, \(task).ordinal, (select max(d.number)
            from longshore.attempt d where d.load_id = \(task).load_id and d.ordinal = \(task).ordinal
                and d.kind = \(AttemptEnd.done)))
        """
    }

    /// Writes an attempt, as what follows the statement `ended` of a `with`, so that it costs no statement of its own.
    ///
    /// - Parameters:
    ///   - record: What it tells of itself.
    ///   - ended: The name of a statement that gives `load_id` and `ordinal`, a row where there is something to tell.
    ///   - end: How it ended.
    ///   - begun: When it began, of that row.
    ///   - failure: Why it failed.
    ///   - worker: Who ran it.
    /// - Returns: The rest of the statement.
    static func telling(
        _ record: AttemptRecord,
        of ended: SQL,
        _ end: AttemptEnd,
        begun: SQL,
        failure: TaskFailure? = nil,
        by worker: String
    ) -> SQL {
        let phases = record.measure.phases
        return """
            , told as (
                insert into longshore.attempt (load_id, ordinal, number, kind, code, message, worker, slot,
                    begun_at, happened_at, open_seconds, copy_seconds, merge_seconds, files, bytes, bytes_read)
                select e.load_id, e.ordinal, 1 + coalesce((select max(a.number) from longshore.attempt a
                        where a.load_id = e.load_id and a.ordinal = e.ordinal), 0),
                    \(end), \(failure?.code)::text, \(failure?.message)::text, \(worker)::text,
                    \(record.slot)::integer, \(begun), clock_timestamp(), \(phases[.open])::real,
                    \(phases[.copy])::real, \(phases[.merge])::real, \(record.expected?.files)::integer,
                    \(record.expected?.bytes)::bigint, \(record.bytes)::bigint
                from \(ended) e
                returning load_id, ordinal, number
            )
            \(audits(record.audits))
            """
    }

    private static func audits(_ audits: [AuditResult]) -> SQL {
        guard !audits.isEmpty else { return "select from told" }
        return """
            insert into longshore.audit (load_id, ordinal, number, place, expectation, subject, is_needed,
                expected, seen, held)
            select t.load_id, t.ordinal, t.number, a.place, a.expectation, a.subject, a.is_needed::boolean,
                a.expected, a.seen, a.held::boolean
            from told t, unnest(\(audits.map(\.expectation))::text[], \(audits.map(\.subject))::text[],
                \(audits.map { String($0.isNeeded) })::text[], \(audits.map(\.expected))::text[],
                \(audits.map(\.seen))::text[], \(audits.map { String($0.held) })::text[])
                with ordinality as a (expectation, subject, is_needed, expected, seen, held, place)
            """
    }
}
