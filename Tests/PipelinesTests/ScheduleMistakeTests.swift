import Pipelines
import Schedules
import Testing

@Suite("Schedules in definitions")
struct ScheduleMistakeTests {
    private static let head = "pipeline: shop\n"
    private static let tail =
        "dimensions:\n  day: { calendar: { from: 2024-01-01, to: 2024-12-31 } }\n"

    private static func yaml(_ schedule: String, zone: String = "") -> String {
        "\(head)\(zone)schedule: { \(schedule) }\n\(tail)"
    }

    private func schedule(_ text: String, zone: String = "") throws -> Schedule? {
        try Definition(
            bundle: DefinitionBundle(files: ["pipeline.yaml": Self.yaml(text, zone: zone)])
        )
        .pipeline.schedule
    }

    @Test("a schedule has everything that it says, and defaults for the rest")
    func read() throws {
        #expect(
            try schedule(
                "cron: \"0 2 * * *\", zone: Europe/Berlin, periods: last 28, overlap: queue, catch_up: all, deadline: 06:00"
            )
                == Schedule(
                    cron: CronExpression("0 2 * * *"),
                    zone: "Europe/Berlin",
                    periods: .last(28),
                    overlap: .queue,
                    catchUp: .all,
                    deadline: TimeOfDay("06:00")
                )
        )
        #expect(
            try schedule("cron: \"@daily\"", zone: "zone: America/Bogota\n")
                == Schedule(cron: CronExpression("@daily"), zone: "America/Bogota")
        )
    }

    @Test(
        "each mistake is told at its line and column",
        arguments: [
            Mistake(
                "a field that cannot be is told with its place in the expression",
                whole: yaml("cron: \"0 25 * * *\""),
                [
                    "2:19: error: `cron`: in the hours stands `25` [value.malformed]"
                ]
            ),
            Mistake(
                "a zone that is none is told",
                whole: yaml("cron: \"@daily\", zone: Bogota"),
                [
                    "2:35: error: `Bogota` is no time zone [value.malformed]"
                ]
            ),
            Mistake(
                "periods that a schedule cannot load are told",
                whole: yaml("cron: \"@daily\", periods: all"),
                [
                    "2:38: error: `all` cannot stand here [value.malformed]"
                ]
            ),
            Mistake(
                "a deadline is a time of day",
                whole: yaml("cron: \"@daily\", deadline: 4 h"),
                [
                    "2:39: error: `4 h` cannot stand here [value.malformed]"
                ]
            ),
            Mistake(
                "what is made up for one by one must wait one for the other",
                whole: yaml("cron: \"@daily\", catch_up: all"),
                [
                    "2:39: error: `catch_up: all` cannot stand with `overlap: skip`: of the firings that are made up for, each would be left to the load of the first [key.conflict]"
                ]
            ),
        ]
    )
    func mistakes(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }
}
