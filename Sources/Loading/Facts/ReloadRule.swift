import Pipelines

/// Whether the rows of a period that is there are deleted, or its partition is swapped.
enum ReloadRule {
    /// From how many rows on a swap is worth its lock: measured, see Benchmarks/README.md.
    static let swapsFrom = 10_000

    /// How a period is reloaded (docs/decisions/0013).
    ///
    /// - Parameters:
    ///   - declared: what the definition allows.
    ///   - rows: how many rows are replaced.
    ///   - isCopied: whether the rows are copied straight into the partition; rows that go through a
    ///     staging table cannot be made visible to snapshots that are older than they are.
    /// - Returns: what to do.
    static func way(_ declared: Fact.Reload, replacing rows: Int, isCopied: Bool) -> Fact.Reload {
        declared == .swap && isCopied && rows >= swapsFrom ? .swap : .delete
    }
}
