public import Planning
import Postgres

/// An attempt at a task, as the ledger keeps it.
public struct AttemptReport: Sendable, Hashable, Codable {
    /// Which one it was of its task, from 1.
    public var number: Int
    /// How it ended.
    public var end: AttemptEnd
    /// Why it failed.
    public var failure: String?
    /// Who ran it; of one whose worker died, who found that.
    public var worker: String
    /// Which of the worker's slots it ran in, from 0; `nil` where that is not known.
    public var slot: Int?
    /// When it began, in UTC; `nil` where that is not known.
    public var begunAt: String?
    /// When it ended, in UTC: of one that committed, just before COMMIT; of one whose worker died, when that was found.
    public var endedAt: String
    /// Seconds from its begin to its end; `nil` where one of them is not known, as of one whose worker died.
    public var seconds: Double?
    /// Seconds until its source had answered.
    public var open: Double?
    /// Seconds in which rows were read, checked and sent to the warehouse.
    public var copy: Double?
    /// Seconds in which new rows took the place of old ones.
    public var merge: Double?
    /// How many files or objects it was to read.
    public var files: Int?
    /// Their bytes, as far as they were known at its start.
    public var bytes: Int?
    /// Bytes that it has read of them; `nil` where it reads no files.
    public var bytesRead: Int?
    /// What it was judged by.
    public var audits: [AuditResult]
}

extension TaskReports {
    /// The most attempts of a task that are told.
    public static let mostAttempts = 50

    /// The attempts at a task, the newest first; at most ``mostAttempts``.
    public func attempts(at task: LoadTaskID) async throws -> [AttemptReport] {
        let isDeath: SQL = "kind = \(AttemptEnd.crash)"
        let rows = try await client.query(
            """
            select number, kind, message || ' [' || code || ']' as failure, worker,
                case when not \(isDeath) then slot end as slot,
                \(isoTime("begun_at")) as begun_at, \(isoTime("happened_at")) as ended_at,
                case when not \(isDeath) then extract(epoch from happened_at - begun_at)::float8 end as seconds,
                open_seconds::float8 as open, copy_seconds::float8 as copy, merge_seconds::float8 as merge,
                files, bytes, bytes_read
            from longshore.attempt where \(task.isRow)
            order by number desc limit \(Self.mostAttempts)
            """
        )
        let audits = try await audits(of: task)
        return try rows.map { row in
            let number: Int = try row.integer("number")
            return AttemptReport(
                number: number,
                end: try row.word("kind"),
                failure: try row.optionalText("failure"),
                worker: try row.text("worker"),
                slot: try row.optionalInteger("slot"),
                begunAt: try row.optionalText("begun_at"),
                endedAt: try row.text("ended_at"),
                seconds: try row.optionalDouble("seconds"),
                open: try row.optionalDouble("open"),
                copy: try row.optionalDouble("copy"),
                merge: try row.optionalDouble("merge"),
                files: try row.optionalInteger("files"),
                bytes: try row.optionalInteger("bytes"),
                bytesRead: try row.optionalInteger("bytes_read"),
                audits: audits[number] ?? []
            )
        }
    }

    /// What the attempts at a task were judged by, by their numbers.
    private func audits(of task: LoadTaskID) async throws -> [Int: [AuditResult]] {
        let rows = try await client.query(
            """
            select number, \(AuditResult.columns) from longshore.audit where \(task.isRow)
                and number > (select max(number) from longshore.attempt where \(task.isRow))
                    - \(Self.mostAttempts)
            order by number, place
            """
        )
        let results = try rows.map { (try $0.integer("number", as: Int.self), try AuditResult($0)) }
        return Dictionary(grouping: results) { $0.0 }.mapValues { $0.map(\.1) }
    }
}

extension AuditResult {
    /// The columns that a result is read from.
    static let columns: SQL = "expectation, subject, is_needed, expected, seen, held"

    init(_ row: PostgresRow) throws {
        self.init(
            try row.text("expectation"),
            of: try row.optionalText("subject"),
            isNeeded: try row.boolean("is_needed"),
            expected: try row.text("expected"),
            seen: try row.text("seen"),
            held: try row.boolean("held")
        )
    }
}
