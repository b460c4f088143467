import Testing

@testable import Pipelines

@Suite("Did you mean")
struct SuggestionTests {
    private let names = ["required", "references", "from", "type", "scd", "min", "max"]

    @Test(
        "the nearest name is suggested",
        arguments: [
            ("requierd", "required"), ("Required", "required"), ("reference", "references"),
            ("form", "from"), ("typ", "type"), ("sdc", "scd"), ("mix", "min"),
        ]
    )
    func nearest(word: String, expected: String) {
        #expect(suggestion(for: word, among: names) == expected)
    }

    @Test("nothing is suggested for what is far from all", arguments: ["", "colour", "x", "ab"])
    func far(word: String) {
        #expect(suggestion(for: word, among: names) == nil)
    }
}
