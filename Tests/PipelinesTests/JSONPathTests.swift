import Pipelines
import Testing

@Suite("Paths in JSON")
struct JSONPathTests {
    @Test(
        "are read as they were written, whatever stands beside a dot",
        arguments: [
            ["a"], ["customer", "id"], ["a.b"], [#"a\"#, "b"], ["a.\u{301}b", "c"], ["\\\u{200D}."],
        ]
    )
    func written(names: [String]) {
        let path = JSONPath(names: names)
        #expect(JSONPath(path.text).names.map { Array($0.utf8) } == names.map { Array($0.utf8) })
    }
}
