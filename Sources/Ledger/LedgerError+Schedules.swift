import Planning

extension LedgerError {
    /// A pipeline has no schedule.
    package static func unknownSchedule(_ pipeline: String) -> LedgerError {
        LedgerError(
            code: .unknownSchedule,
            description:
                "the pipeline `\(pipeline)` has no schedule: `longshore schedules list` shows those that there "
                + "are, and `longshore schedules put FOLDER` registers one"
        )
    }

    static func unreadableSchedule(_ pipeline: String, _ error: UnreadableDefinition) -> LedgerError
    {
        LedgerError(
            code: .unreadableRecord,
            description:
                "the definition that the schedule of `\(pipeline)` loads cannot be read by this version: "
                + "\(error.problem); register it again with `longshore schedules put FOLDER`"
        )
    }
}
