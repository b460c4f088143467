package import Pipelines
package import Planning
package import Rows
package import Words

/// What an attempt has done: what is written into the task's row and into its period's.
package struct TaskRecord: Sendable {
    package var counts: RowCounts
    /// Rows of earlier loads that it has removed.
    package var replaced: Int
    /// The rows that the period, or the table, has now; `nil` when they are those it has loaded.
    package var standing: Int?
    /// The load whose rows stand, where the source was not read because it has not changed.
    package var unchangedSince: Int64?
    /// Of a dimension: what its tables have now, to be compared by the next load.
    package var extent: String?
    /// Why the period is stale although it was just loaded; `nil` when it is not.
    package var staleness: String?
    /// Names, sizes and digests of what was read.
    package var input: String?
    /// The files that were read.
    package var inputs: [InputSummary] = []
    /// The columns of what was read.
    package var header: [ExactText] = []
    /// What the source knows of these columns, in their order.
    package var types: [SourceType?] = []
    /// Of what is derived: below this number all transactions had ended when the attempt began, and it has seen them.
    package var horizon: Int64?
    /// How the records are written that have the header.
    package var format: Format
    /// Expectations that do not hold.
    package var warnings: [String] = []

    package init(_ counts: RowCounts, replaced: Int, format: Format) {
        self.counts = counts
        self.replaced = replaced
        self.format = format
    }
}
