import Testing
import Words

@Suite("Numbers as people read them")
struct WordingTests {
    @Test(
        "thousands are set apart",
        arguments: [
            (0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-1_000, "-1,000"),
            (-999, "-999"), (.min, "-9,223,372,036,854,775,808"),
        ]
    )
    func grouped(number: Int, text: String) {
        #expect(Words.grouped(number) == text)
    }

    @Test(
        "a duration has two decimals, then one, then minutes",
        arguments: [
            (-0.3, "0.00 s"), (0, "0.00 s"), (0.844, "0.84 s"), (9.994, "9.99 s"),
            (9.996, "10.0 s"),
            (12.34, "12.3 s"),
            (59.94, "59.9 s"), (59.96, "1 min 00 s"), (60, "1 min 00 s"), (245.4, "4 min 05 s"),
            (4_500, "75 min 00 s"),
        ]
    )
    func duration(seconds: Double, text: String) {
        #expect(DurationWords.measured(seconds: seconds) == text)
    }

    @Test(
        "what takes less than a second is told in milliseconds",
        arguments: [
            (-1, "0.0 ms"), (0.000_26, "0.3 ms"), (0.009_96, "10 ms"), (0.084, "84 ms"),
            (1.2, "1.20 s"), (245.4, "4 min 05 s"),
        ]
    )
    func exactDuration(seconds: Double, text: String) {
        #expect(DurationWords.exact(seconds: seconds) == text)
    }

    @Test(
        "a figure that others tell is a number, whatever it is",
        arguments: [
            (2.9, 2), (-2.9, -2), (1e300, 1_000_000_000_000_000),
            (.infinity, 1_000_000_000_000_000),
            (-1e300, -1_000_000_000_000_000), (.nan, 0),
        ]
    )
    func bounded(number: Double, whole: Int) {
        #expect(Int(bounding: number) == whole)
    }

    @Test(
        "the measure of a campaign has one decimal, whatever it is",
        arguments: [(0, "0.0 s"), (1_240, "1.2 s"), (75_360, "75.4 s")]
    )
    func tenths(milliseconds: Int, text: String) {
        #expect(DurationWords.inSeconds(.milliseconds(milliseconds)) == text)
    }

    @Test(
        "an age has its two largest units",
        arguments: [
            (0, "0 seconds"), (-5, "0 seconds"), (61, "1 minute 1 second"), (2_160, "36 minutes"),
            (187_200, "2 days 4 hours"), (187_260, "2 days 4 hours"),
        ]
    )
    func age(seconds: Int, text: String) {
        #expect(DurationWords.spoken(seconds: seconds) == text)
    }

    @Test("the rules that refused rows are told, the one that refused most first")
    func rejects() {
        let rejects = ["required": 3, "late": 1_200, "min": 3]
        #expect(Wording.rejects(byRule: rejects) == "late 1,200, min 3, required 3")
    }

    @Test(
        "errors and crashes are told apart, and none of a kind is not told",
        arguments: [
            (1, 0, "1 error"), (0, 1, "1 crash"), (0, 5, "5 crashes"),
            (3, 2, "3 errors and 2 crashes"),
            (0, 0, "0 errors"),
        ]
    )
    func budget(errors: Int, crashes: Int, text: String) {
        #expect(Wording.budget(errors: errors, crashes: crashes) == text)
    }

    @Test("one is singular, all others are plural")
    func count() {
        #expect(counted(1, "row") == "1 row")
        #expect(counted(0, "row") == "0 rows")
        #expect(counted(1_000, "task") == "1,000 tasks")
    }

    @Test(
        "an exact decimal keeps its digits, its thousands set apart",
        arguments: [
            ("0", "0"), ("1234567.80", "1,234,567.80"), ("-1000", "-1,000"), ("-0.50", "-0.50"),
            ("123456789012345678901234567890", "123,456,789,012,345,678,901,234,567,890"),
            ("NaN", "NaN"), ("-Infinity", "-Infinity"),
        ]
    )
    func decimal(number: String, text: String) {
        #expect(Wording.grouped(decimal: number) == text)
    }
}
