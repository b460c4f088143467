import Pipelines
import Planning
import Words

/// What audits fail with: each says what was found, what was expected and what to do.
extension LoadingError {
    static func tooFewRows(_ table: String, loaded: Int, minimum: Int) -> LoadingError {
        LoadingError(
            code: .rowCount,
            description: "`\(table)` would have \(rows(loaded)), expected at least \(minimum); "
                + "the rows are as they were. If so few are right, set `expect: { rows: { min: \(loaded) } }`"
        )
    }

    static func tooManyRows(_ table: String, loaded: Int, maximum: Int) -> LoadingError {
        LoadingError(
            code: .rowCount,
            description: "`\(table)` would have \(rows(loaded)), expected at most \(maximum); "
                + "the rows are as they were. If so many are right, raise `expect: { rows: { max: … } }`"
        )
    }

    static func unusualVolume(_ table: String, loaded: Int, usual: String) -> LoadingError {
        LoadingError(
            code: .volume,
            description:
                "`\(table)` would have \(rows(loaded)), \(usual); the rows are as they were. "
                + "If so many are right, widen `expect: { volume: { within: … } }` or let it warn"
        )
    }

    static func tooManyRejects(
        _ table: String,
        _ counts: RowCounts,
        limit: Double,
        refusals: Refusals
    ) -> LoadingError {
        LoadingError(
            code: .rejectShare,
            description: "\(grouped(counts.rejected)) of \(counted(counts.read, "row")) of "
                + "`\(table)` were rejected, "
                + "more than \(percent(limit)) (\(refusals.words)); the rows are as they were. "
                + "Mend the source, or raise `expect: { rejects: { max: … } }` to see the rejects"
        )
    }

    static func stale(_ table: String, column: String, _ problem: String) -> LoadingError {
        LoadingError(
            code: .freshness,
            description:
                "`\(table)` is not fresh: \(problem); the rows are as they were. Look whether "
                + "the source is complete; if it is, widen `expect: { freshness: { within: … } }` or let "
                + "it warn"
        )
    }

    static func disagreement(
        _ table: String,
        _ total: ControlTotal,
        _ problem: String
    ) -> LoadingError {
        LoadingError(
            code: .controlTotal,
            description:
                "`\(table)`: \(problem); the rows are as they were. Compare the source with "
                + "its figure; `severity: warn` under `expect: { totals: { \(total.name): … } }` loads "
                + "all the same and shows the rejects, a wider `within` allows the difference"
        )
    }

    static func noFigure(_ total: ControlTotal, _ problem: String) -> LoadingError {
        LoadingError(
            code: .controlFigure,
            description: "the source `\(total.extract.source)` has no figure for the total "
                + "`\(total.name)`: \(problem); nothing has been loaded. Expected: one row, with a "
                + "decimal number in it"
        )
    }
}

/// `1 row`, `2 rows`.
private func rows(_ count: Int) -> String { counted(count, "row") }
