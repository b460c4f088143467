public import Planning
import Rows
import Words

/// Why a task cannot load what its source has.
public struct LoadingError: WarehouseRefusal {
    /// What kind of problem it is: the last part of the failure's code.
    public let code: Code
    /// What happened, to what, what was expected and what to do.
    public let description: String

    /// The kinds of problem.
    public enum Code: String, Sendable, Hashable {
        /// A table was altered since the load was created, and its rows do not fit it any more.
        case changedTable = "changed_table"
        /// Rows were lost or invented: a bug.
        case conservation
        /// Fewer or more rows than expected.
        case rowCount = "row_count"
        /// A number of rows that is unlike that of other periods.
        case volume
        /// More members would expire than allowed.
        case expiry
        /// Holidays are wanted of one region, and have none.
        case unknownRegion = "unknown_region"
        /// More rejects than allowed.
        case rejectShare = "reject_share"
        /// The newest row is too old.
        case freshness
        /// What was loaded does not agree with a figure of the source.
        case controlTotal = "control_total"
        /// A figure of the source cannot be had.
        case controlFigure = "control_figure"
        /// What a source says of the state of its rows cannot be had.
        case watermark
        /// Rows with the same grain that cannot be told apart.
        case grains
        /// Rows of an export that cannot be delivered.
        case exportRows = "export_rows"
    }

    static func exportRows(of name: String, _ problems: [String]) -> LoadingError {
        LoadingError(
            code: .exportRows,
            description: "the rows of the export `\(name)` cannot be delivered: "
                + problems.joined(separator: "; ")
                + ". Mend its SQL file or its `key`; what was delivered is as it was"
        )
    }

    /// What was answered to `unchanged_by` is not one row.
    static func watermark(_ table: String, of source: String, rows: Int) -> LoadingError {
        LoadingError(
            code: .watermark,
            description:
                "the source `\(source)` answers \(rows == 0 ? "no row" : "several rows") to `unchanged_by` of "
                + "`\(table)`; nothing has been loaded. Expected: one row, such as that of "
                + "`select max(updated_at), count(*) from …`"
        )
    }

    static func notConserved(_ table: String, _ counts: RowCounts, stored: Int) -> LoadingError {
        LoadingError(
            code: .conservation,
            description: "rows of `\(table)` do not add up: read \(counts.read), loaded "
                + "\(counts.loaded), rejected \(counts.rejected), deduplicated "
                + "\(counts.deduplicated), stored \(stored); nothing was committed. "
                + "This is a bug in Longshore: please report it with the definition"
        )
    }

    /// More rows have a grain that others have than are compared.
    static func oftenRepeated(_ table: String) -> LoadingError {
        LoadingError(
            code: .grains,
            description:
                "more than \(counted(GrainsRepeat.most, "row")) of the source of `\(table)` have a grain that others "
                + "have; the rows are as they were. Look whether the source is in there twice, or the grain is too "
                + "coarse; `duplicates: keep_first` keeps one row of each"
        )
    }

    /// Rows with the same grain that were not found among those that had it when they were read before.
    static func unsteady(_ table: String) -> LoadingError {
        LoadingError(
            code: .grains,
            description:
                "rows of `\(table)` have the same grain, and cannot be told: the source gave others, or in another "
                + "order, when it was read again, or values of the grain that are written differently are one to Postgres; "
                + "the rows are as they were. Give a query an `order by`, then load again"
        )
    }

    /// A staged row that does not tell where it was read, so that no reject can be made of it.
    static func unknownOrigin(table: String) -> LoadingError {
        LoadingError(
            code: .conservation,
            description:
                "a row of `\(table)` that is to be refused does not tell where it was read; "
                + "nothing was committed. This is a bug in Longshore: please report it with the "
                + "definition"
        )
    }

    static func noRows(
        _ table: String,
        _ counts: RowCounts,
        refusals: Refusals
    ) -> LoadingError {
        let problem =
            counts.read == 0
            ? "the source of `\(table)` has no rows; the rows are as they were. "
                + "Look whether it is complete, then load again"
            : "every row of `\(table)`'s source was rejected (\(refusals.words)); the rows are as they were. "
                + "`longshore check FOLDER --sources` shows the values; mend the source or the rules, then load again"
        return LoadingError(code: .rowCount, description: problem)
    }

    static func tooManyExpire(
        _ table: String,
        gone: Int,
        of present: Int,
        limit: Double
    ) -> LoadingError {
        let share = Double(gone) / Double(max(1, present))
        let needed = Int((share * 100).rounded(.up))
        return LoadingError(
            code: .expiry,
            description:
                "\(gone) of the \(counted(present, "member")) of `\(table)` (\(percent(share))) are not in its "
                + "source any more, and \(percent(limit)) may expire at once; the rows are as they were. "
                + "Look whether the source is complete. If so many are gone, set "
                + "`expect: { expired: { max: \(needed)% } }` and start `longshore load` again"
        )
    }

    static func emptySource(_ table: String, gone: Int) -> LoadingError {
        LoadingError(
            code: .expiry,
            description: "the source of `\(table)` has no rows, and "
                + "\(counted(gone, "member")) would expire; the rows are as they were. An empty source "
                + "never empties a dimension: look whether it is complete, then load again"
        )
    }

    static func noRegions(_ table: String) -> LoadingError {
        LoadingError(
            code: .unknownRegion,
            description: "the holidays of `\(table)` have no column `region`, and the definition "
                + "wants those of one region: leave `region` out, or add the column"
        )
    }
}

/// `1 %`, `2.5 %`.
func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
}
