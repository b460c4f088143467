import Extraction
import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import StarSchema
import Words

/// Judges what a fact's or dimension's task has loaded before it commits.
struct Audit {
    let attempt: Attempt
    let expected: Expectations
    /// What became of the rows, with those that the table knew already among the loaded.
    let counts: RowCounts
    /// The rows that the period, or the table, has now; `nil` when they are those that were loaded.
    var standing: Int?
    let refusals: Refusals
    /// The rows that were loaded, as SQL that can follow `from`.
    let rows: SQL
    /// The attributes of the table.
    let attributes: [Attribute]

    /// An expectation that does not hold.
    private struct Finding {
        let severity: Expectations.Severity
        let observation: String
        /// What the task fails with.
        let error: LoadingError
    }

    /// What was expected and seen, and what follows where it does not hold.
    private struct Judgement {
        let result: AuditResult
        let finding: Finding?

        init(
            _ expectation: String,
            of subject: String? = nil,
            _ severity: Expectations.Severity,
            expected: String,
            seen: String,
            _ finding: Finding?
        ) {
            result = AuditResult(
                expectation,
                of: subject,
                isNeeded: severity == .fail,
                expected: expected,
                seen: seen,
                held: finding == nil
            )
            self.finding = finding
        }
    }

    /// Judges, and notes each expectation with what was seen.
    ///
    /// - Returns: what does not hold and is worth a warning.
    /// - Throws: ``LoadingError`` with all that does not hold and is a failure; what reading the
    ///   figures of control totals throws.
    func run() async throws -> [String] {
        var judgements = [rejects, numbers]
        judgements += [try await volume(), try await freshness()].compactMap(\.self)
        attempt.observer.judged(judgements.map(\.result))
        for total in expected.totals {
            let judgement = try await judge(total)
            attempt.observer.judged([judgement.result])
            judgements.append(judgement)
        }
        let findings = judgements.compactMap(\.finding)
        let failures = findings.filter { $0.severity == .fail }.map(\.error)
        guard let failure = failures.first else { return findings.map(\.observation) }
        throw LoadingError(
            code: failure.code,
            description: failures.map(\.description).joined(separator: ". Besides, ")
        )
    }

    /// The table and period, in words.
    private var name: String {
        attempt.row.table + (attempt.period.map { " " + $0.label } ?? "")
    }

    // MARK: Counts

    private var rejects: Judgement {
        let limit = expected.maximumRejectShare
        return Judgement(
            "rejects",
            expected.rejectsSeverity,
            expected: "at most \(percent(limit)) of the rows",
            seen: "\(grouped(counts.rejected)) of \(counted(counts.read, "row"))",
            tooManyRejects(limit)
        )
    }

    private func tooManyRejects(_ limit: Double) -> Finding? {
        guard Double(counts.rejected) > limit * Double(counts.read) else { return nil }
        return Finding(
            severity: expected.rejectsSeverity,
            observation:
                "\(grouped(counts.rejected)) of \(counted(counts.read, "row")) were rejected, more than "
                + "\(percent(limit)) (\(Wording.rejects(byRule: refusals.byRule)))",
            error: .tooManyRejects(name, counts, limit: limit, refusals: refusals)
        )
    }

    private var numbers: Judgement {
        Judgement(
            "rows",
            expected.rowsSeverity,
            expected: expected.rows,
            seen: grouped(counts.loaded),
            tooFew ?? tooMany
        )
    }

    private var tooFew: Finding? {
        guard counts.loaded < expected.minimumRows else { return nil }
        return Finding(
            severity: expected.rowsSeverity,
            observation:
                "\(counted(counts.loaded, "row")), expected at least \(expected.minimumRows)",
            // Where nothing is left of rows that were read, their rejects are what is wrong.
            error: counts.loaded == 0 && counts.rejected > 0 && counts.rejected == counts.read
                ? .noRows(name, counts, refusals: refusals)
                : .tooFewRows(name, loaded: counts.loaded, minimum: expected.minimumRows)
        )
    }

    private var tooMany: Finding? {
        guard let maximum = expected.maximumRows, counts.loaded > maximum else { return nil }
        return Finding(
            severity: expected.rowsSeverity,
            observation: "\(counted(counts.loaded, "row")), expected at most \(maximum)",
            error: .tooManyRows(name, loaded: counts.loaded, maximum: maximum)
        )
    }

    // MARK: Volume

    private func volume() async throws -> Judgement? {
        guard let band = expected.volume else { return nil }
        let earlier = try await earlierRows(upTo: band.periods)
        guard earlier.count == band.periods else { return nil }
        let mean = Double(earlier.reduce(0, +)) / Double(band.periods)
        let standing = standing ?? counts.loaded
        let isUnusual = (Double(standing) - mean).magnitude > band.within * mean
        let measure =
            attempt.period == nil
            ? "the rows of the last load"
            : "the mean of the last \(counted(band.periods, "period"))"
        let center = "\(percent(band.within)) away from \(Int(mean.rounded())), \(measure)"
        let usual = "more than \(center)"
        return Judgement(
            "volume",
            band.severity,
            expected: "at most \(center)",
            seen: counted(standing, "row"),
            !isUnusual
                ? nil
                : Finding(
                    severity: band.severity,
                    observation: "\(counted(standing, "row")), \(usual)",
                    error: .unusualVolume(name, loaded: standing, usual: usual)
                )
        )
    }

    /// The rows of the last loaded periods before this one, or of the last load of a whole table.
    ///
    /// Periods of this very load do not count: they run beside each other, so whether one is there
    /// in time would be chance.
    private func earlierRows(upTo count: Int) async throws -> [Int] {
        let isEarlier: SQL =
            attempt.period.map {
                """
                period_end <= \($0.start.description)::date and period <> all (
                    select unnest(periods) from longshore.load where id = \(attempt.task.load))
                """
            } ?? "period = ''"
        let rows = try await attempt.connection.query(
            """
            select rows_loaded from longshore.control
            where \(attempt.row.key.isOfTable)
                and rows_loaded is not null and loaded_by is not null and \(isEarlier)
            order by period_start desc limit \(count)
            """
        )
        return try rows.map { try $0.integer("rows_loaded") }
    }

    // MARK: Freshness

    private func freshness() async throws -> Judgement? {
        guard let freshness = expected.freshness, counts.loaded > 0 else { return nil }
        let age = try await age(of: freshness.column)
        let limit = DurationWords.spoken(seconds: freshness.within.seconds)
        return Judgement(
            "freshness",
            of: freshness.column,
            freshness.severity,
            expected: "at most \(limit)",
            seen: age.map { DurationWords.spoken(seconds: $0) } ?? "empty",
            tooOld(freshness, age: age)
        )
    }

    private func tooOld(_ freshness: Freshness, age: Int?) -> Finding? {
        if let age, age <= freshness.within.seconds { return nil }
        let limit = "\(DurationWords.spoken(seconds: freshness.within.seconds)) are allowed"
        let moment = attempt.period == nil ? "now" : "now or the period's end"
        let problem =
            age.map {
                "the newest `\(freshness.column)` lies \(DurationWords.spoken(seconds: $0)) before \(moment), \(limit)"
            } ?? "every `\(freshness.column)` is empty"
        return Finding(
            severity: freshness.severity,
            observation: problem,
            error: .stale(name, column: freshness.column, problem)
        )
    }

    /// How many seconds the newest value of a column lies before now, or before the period's end if that is earlier; `nil`
    /// where there is none.
    ///
    /// The database's clock is the one that all workers share. A day begins with the first of its midnights, which Postgres
    /// does not know: it takes the second.
    private func age(of name: String) async throws -> Int? {
        let type = attributes.first { $0.name == name }?.plan.type
        let isDay = type?.postgresName == "date"
        var zone = attempt.pipeline.zone
        if case .timestamp(_, let name)? = type { zone = name }
        let newest: SQL =
            isDay ? "\(id: name) - date '1970-01-01'" : "extract(epoch from \(id: name))"
        let result = try await attempt.connection.query(
            """
            select extract(epoch from now())::float8 as now, max(\(newest))::float8 as newest from \(rows)
            """
        )
        guard let row = result.first, let value = try row.optionalDouble("newest") else {
            return nil
        }
        let clock = try ZoneTables.load([zone])[zone] ?? .utc
        let midnight = { (day: Int) in Double(clock.firstInstant(of: day * 86_400)) }
        let end = attempt.period.map { midnight($0.end.number) } ?? .infinity
        return Int(
            (min(try row.double("now"), end) - (isDay ? midnight(Int(value)) : value))
                .rounded(.down)
        )
    }

    // MARK: Totals

    private func judge(_ total: ControlTotal) async throws -> Judgement {
        do {
            let figure = try await ControlFigure(total: total)
                .read(from: attempt.reader(of: total.extract))
            return try await compare(total, with: figure)
        } catch let error as LoadingError {
            return noFigure(total, error)
        } catch let error as ExtractionError
            where total.severity == .warn && error.server == nil && !error.isRetryable
        {
            return noFigure(total, .noFigure(total, error.message))
        } catch {
            throw AwaitedSource(error, of: total.extract) ?? error
        }
    }

    private func noFigure(_ total: ControlTotal, _ error: LoadingError) -> Judgement {
        Judgement(
            "totals",
            of: total.name,
            total.severity,
            expected: "a figure of the source `\(total.extract.source)`",
            seen: "none",
            Finding(severity: total.severity, observation: error.description, error: error)
        )
    }

    /// Postgres compares: its numbers are exact, however large the sum is.
    private func compare(_ total: ControlTotal, with figure: String) async throws -> Judgement {
        let measure: SQL =
            total.column.map { "coalesce(sum(\(id: $0)), 0)::numeric" }
            ?? "count(*)::numeric"
        let allowed: SQL =
            switch total.within {
            case .amount(let number): "\(number)::numeric"
            case .percent(let number): "abs(figure) * \(number)::numeric / 100"
            }
        let result = try await attempt.connection.query(
            """
            select loaded::text, figure::text, (loaded - figure)::text as difference,
                coalesce(round(abs(loaded - figure) * 100 / nullif(figure, 0), 2)::text, '') as share,
                abs(loaded - figure) <= \(allowed) as agrees
            from (select \(measure) as loaded from \(rows)) l, (select \(figure)::numeric as figure) f
            """
        )
        guard let row = result.first else {
            return noFigure(total, .noFigure(total, "it was not compared"))
        }
        let problem = try row.boolean("agrees") ? nil : words(for: total, row)
        return Judgement(
            "totals",
            of: total.name,
            total.severity,
            expected: "\(try row.text("figure")), give or take \(total.within)",
            seen: try row.text("loaded"),
            problem.map { problem in
                Finding(
                    severity: total.severity,
                    observation: problem,
                    error: .disagreement(name, total, problem)
                )
            }
        )
    }

    private func words(for total: ControlTotal, _ row: PostgresRow) throws -> String {
        let loaded = try row.text("loaded")
        let share = try row.text("share").replacing("-", with: "")
        let what =
            total.column.map { "the loaded `\($0)` add up to \(loaded)" }
            ?? (loaded == "1" ? "1 row is loaded" : "\(loaded) rows are loaded")
        return try "the total `\(total.name)` does not agree: \(what), the source "
            + "`\(total.extract.source)` says \(row.text("figure")), a difference of "
            + "\(row.text("difference"))" + (share.isEmpty ? "" : " (\(share) %)")
            + "; allowed is \(total.within). Of \(counted(counts.read, "row")) read, \(were(counts.rejected)) "
            + "rejected and \(were(counts.deduplicated)) dropped as duplicates: what they hold is not "
            + "in it"
    }
}

/// `1 was`, `2 were`.
private func were(_ count: Int) -> String { "\(grouped(count)) \(agreeing(count, "was", "were"))" }

extension Expectations {
    /// That there is no row at all, where there must be some.
    var noRows: AuditResult {
        AuditResult(
            "rows",
            isNeeded: rowsSeverity == .fail,
            expected: rows,
            seen: "0",
            held: false
        )
    }

    /// How many rows are expected, in words.
    fileprivate var rows: String {
        let least = "at least \(grouped(minimumRows))"
        return maximumRows.map { "\(least), at most \(grouped($0))" } ?? least
    }
}
