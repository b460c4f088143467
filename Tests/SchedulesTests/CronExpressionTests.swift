import Testing

@testable import Schedules

@Suite("Expressions of cron")
struct CronExpressionTests {
    @Test(
        "lists, ranges, steps, names and shorthands are read",
        arguments: [
            ("0 2 * * *", [0], [2]), ("*/15 8-10 * * *", [0, 15, 30, 45], [8, 9, 10]),
            ("1,3,5-7 0 * * *", [1, 3, 5, 6, 7], [0]),
            ("10-20/5 0-23/12 * * *", [10, 15, 20], [0, 12]),
            ("@daily", [0], [0]), ("@Midnight", [0], [0]), ("@hourly", [0], Array(0...23)),
            (" 05  6 \t* * * ", [5], [6]),
        ] as [(String, [Int], [Int])]
    )
    func read(text: String, minutes: [Int], hours: [Int]) throws {
        let cron = try CronExpression(text)
        #expect(cron.minutes == Set(minutes))
        #expect(cron.hours == Set(hours))
        #expect(cron.text == text)
    }

    /// 2024-01-01 is a Monday.
    private static let newYear = 19_723

    @Test(
        "days are those of the month and of the week: one of them is enough where neither begins with `*`",
        arguments: [
            ("0 0 * * 1", [1, 8, 15, 22, 29]), ("0 0 13 * *", [13]),
            ("0 0 13 * fri", [5, 12, 13, 19, 26]), ("0 0 */10 * mon", [1]),
            ("0 0 * * fri-sun", [5, 6, 7, 12, 13, 14, 19, 20, 21, 26, 27, 28]),
            ("0 0 * * 7", [7, 14, 21, 28]), ("0 0 * * SUN,2", [2, 7, 9, 14, 16, 21, 23, 28, 30]),
            ("0 0 31 JAN-MAR *", [31]), ("0 0 1 feb *", []), ("@weekly", [7, 14, 21, 28]),
            ("@monthly", [1]), ("@yearly", [1]),
        ] as [(String, [Int])]
    )
    func days(text: String, january: [Int]) throws {
        let cron = try CronExpression(text)
        #expect((1...31).filter { cron.matches(day: Self.newYear + $0 - 1) } == january)
    }

    @Test(
        "what is wrong is told with its place and what could stand there",
        arguments: [
            (
                "0 2 * *",
                "it has 4 fields: expected five: minute, hour, day of the month, month, weekday, as in "
                    + "`0 2 * * *`, or a word such as `@daily`"
            ),
            ("60 2 * * *", "in the minutes stands `60`: expected 0 to 59"),
            ("0 24 * * *", "in the hours stands `24`: expected 0 to 23"),
            ("0 2 0 * *", "in the days of the month stands `0`: expected 1 to 31"),
            ("0 2 * 13 *", "in the months stands `13`: expected 1 to 12, or `jan` to `dec`"),
            ("0 2 * * tues", "in the weekdays stands `tues`: expected 0 to 7, or `sun` to `sat`"),
            ("0 2, * * *", "in the hours a number is missing: expected 0 to 23"),
            ("-1 2 * * *", "in the minutes a number is missing: expected 0 to 59"),
            ("٣ 2 * * *", "in the minutes stands `٣`: expected 0 to 59"),
            (
                "30-10 2 * * *",
                "in the minutes the range `30-10` runs backwards: expected its first number before its "
                    + "last, or two ranges with a comma"
            ),
            (
                "5/15 2 * * *",
                "in the minutes the step of `5/15` has no range: expected `*` or a range before the `/`, "
                    + "as in `*/2`"
            ),
            (
                "*/90 * * * *",
                "in the minutes the step of `*/90` cannot be: expected a number from 1 to 59 behind the `/`"
            ),
            (
                "*/0 * * * *",
                "in the minutes the step of `*/0` cannot be: expected a number from 1 to 59 behind the `/`"
            ),
            (
                "@reboot",
                "`@reboot` is no time: expected `@annually`, `@daily`, `@hourly`, `@midnight`, `@monthly`, "
                    + "`@weekly`, `@yearly`"
            ),
            (
                "0 0 31 2,4 *",
                "`0 0 31 2,4 *` never happens: no month has such a day: expected a day of the month that "
                    + "one of the months has"
            ),
        ]
    )
    func mistakes(text: String, message: String) {
        #expect {
            try CronExpression(text)
        } throws: {
            "\($0)" == message
        }
    }

    @Test("a day that comes every four years is one")
    func leapDay() throws {
        let cron = try CronExpression("0 0 29 2 */7")
        // A Sunday, as in 2032.
        #expect(cron.nextDay(from: Self.newYear) == 22_704)
    }
}
