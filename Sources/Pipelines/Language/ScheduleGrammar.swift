import Schedules

extension Grammar {
    /// When the pipeline is loaded without being asked for.
    static let schedule = Record(
        title: "the schedule",
        keys: [
            .init(
                name: "cron",
                shape: .text,
                isRequired: true,
                summary:
                    "Minute, hour, day of the month, month and weekday: `0 2 * * *`; or `@daily`."
            ),
            .init(
                name: "zone",
                shape: .text,
                summary: "The zone whose clock is meant; default: the pipeline's zone."
            ),
            .init(
                name: "periods",
                shape: .text,
                standard: "due",
                summary: "What is loaded: `due`; or `last 28`, those that are over, again."
            ),
            .init(
                name: "overlap",
                shape: .choice(Schedule.Overlap.allCases.map(\.rawValue)),
                standard: "skip",
                summary: "What becomes of a firing while a load of the pipeline runs."
            ),
            .init(
                name: "catch_up",
                shape: .choice(Schedule.CatchUp.allCases.map(\.rawValue)),
                standard: "last",
                summary: "Which firings are made up for that no coordinator was there for."
            ),
            .init(
                name: "deadline",
                shape: .text,
                summary: "The time of day by which a firing is to be loaded: `06:00`."
            ),
        ]
    )
}
