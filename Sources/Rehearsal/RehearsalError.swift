public import Planning

/// Why effects cannot be shown.
public struct RehearsalError: WarehouseRefusal {
    /// What kind of problem it is: the last part of the failure's code.
    public let code: Code
    /// What happened, to what, what was expected and what to do.
    public let description: String

    /// The kinds of problem.
    public enum Code: String, Sendable, Hashable {
        /// Somebody else works on what is needed.
        case inUse = "in_use"
    }

    static func inUse(_ what: String) -> RehearsalError {
        RehearsalError(
            code: .inUse,
            description: "\(what) is being written by somebody else, probably a load "
                + "(`longshore status`): show the effects when it has ended"
        )
    }

    static func othersWaited() -> RehearsalError {
        RehearsalError(
            code: .inUse,
            description:
                "somebody else, probably a load (`longshore status`), needed what the rehearsal "
                + "held: it was given up, and everything is as it was. Show the effects when the "
                + "other has ended"
        )
    }
}
