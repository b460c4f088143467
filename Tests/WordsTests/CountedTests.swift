import Testing
import Words

@Suite("Numbers with their nouns")
struct CountedTests {
    @Test(
        "one is one, any other number is many",
        arguments: [
            (1, "field", "1 field"), (0, "row", "0 rows"), (2, "crash", "2 crashes"),
            (1, "crash", "1 crash"), (3, "entry", "3 entries"), (1_234, "day", "1,234 days"),
            (2, "running task", "2 running tasks"), (-1, "row", "-1 rows"),
        ]
    )
    func counting(_ number: Int, _ noun: String, _ text: String) {
        #expect(counted(number, noun) == text)
    }
}
