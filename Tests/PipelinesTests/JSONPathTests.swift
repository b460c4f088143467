import Pipelines
import Testing
import Words

@Suite("Paths in JSON")
struct JSONPathTests {
    @Test(
        "are read as they were written, whatever stands beside a dot",
        arguments: [
            ["a"], ["customer", "id"], ["a.b"], [#"a\"#, "b"], ["a.\u{301}b", "c"], ["\\\u{200D}."],
        ]
    )
    func written(names: [ExactText]) {
        #expect(JSONPath(JSONPath(names: names).text).names == names)
    }
}
