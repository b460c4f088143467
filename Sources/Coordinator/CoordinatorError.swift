import Words

/// Why a load cannot be coordinated.
public struct CoordinatorError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable reason code.
    public let code: Code
    /// What happened, to what, and what to do.
    public let message: String

    /// The reasons.
    public enum Code: String, Sendable, Hashable {
        /// The plan made from the definition has another number of tasks than the ledger.
        case planMismatch = "coordinator.planMismatch"
        /// The plan of a load would have no task.
        case nothingToLoad = "coordinator.nothingToLoad"
    }

    /// `message [code]`.
    public var description: String { "\(message) [\(code.rawValue)]" }

    static func planMismatch(load: Int64, planned: Int, inLedger: Int) -> CoordinatorError {
        CoordinatorError(
            code: .planMismatch,
            message:
                "the plan of load `\(load)` has \(counted(planned, "task")) but the ledger has \(inLedger);"
                + " it was written by another version of longshore: cancel it and load again"
        )
    }

    static func nothingToLoad(pipeline: String) -> CoordinatorError {
        CoordinatorError(
            code: .nothingToLoad,
            message: "a load of the pipeline `\(pipeline)` would have no task; "
                + "name at least one period, or define a dimension"
        )
    }
}
