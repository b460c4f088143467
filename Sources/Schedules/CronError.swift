import Words

/// Text that is no expression of cron.
public struct CronError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, and where.
    public let problem: String
    /// What could stand there.
    public let expected: String

    /// Both, in a sentence.
    public var description: String { "\(problem): expected \(expected)" }

    static func wrongNumber(of fields: Int) -> CronError {
        CronError(
            problem: "it has \(counted(fields, "field"))",
            expected:
                "five: minute, hour, day of the month, month, weekday, as in `0 2 * * *`, or a word "
                + "such as `@daily`"
        )
    }

    static func unknownShorthand(_ text: String, among known: [String]) -> CronError {
        CronError(
            problem: "`\(VisibleText.shortened(text, to: 60))` is no time",
            expected: known.inBackticks()
        )
    }

    static func neverHappens(_ text: String) -> CronError {
        CronError(
            problem:
                "`\(VisibleText.shortened(text, to: 60))` never happens: no month has such a day",
            expected: "a day of the month that one of the months has"
        )
    }

    static func badNumber(_ text: String, in field: CronField) -> CronError {
        CronError(
            problem: text.isEmpty
                ? "in the \(field.name) a number is missing"
                : "in the \(field.name) stands `\(VisibleText.shortened(text, to: 60))`",
            expected: field.expectation
        )
    }

    static func backwards(_ text: String, in field: CronField) -> CronError {
        CronError(
            problem: "in the \(field.name) the range `\(text)` runs backwards",
            expected: "its first number before its last, or two ranges with a comma"
        )
    }

    static func stepWithoutRange(_ text: String, in field: CronField) -> CronError {
        CronError(
            problem:
                "in the \(field.name) the step of `\(VisibleText.shortened(text, to: 60))` has no range",
            expected: "`*` or a range before the `/`, as in `*/2`"
        )
    }

    static func badStep(of item: String, in field: CronField, most: Int) -> CronError {
        CronError(
            problem:
                "in the \(field.name) the step of `\(VisibleText.shortened(item, to: 60))` cannot be",
            expected: "a number from 1 to \(most) behind the `/`"
        )
    }
}
