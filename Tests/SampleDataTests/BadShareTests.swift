import SampleData
import Testing

/// The share that `text` says.
func share(_ text: String) throws -> BadShare {
    try #require(BadShare(text))
}

@Suite("a share of bad rows")
struct BadShareTests {
    @Test("is read as a percentage or as a number")
    func reading() throws {
        #expect(try share("0.5%").perMillion == 5_000)
        #expect(try share("0.005") == share("0.5%"))
        #expect(try share("0") == BadShare.none)
        #expect(try share("0.5%").description == "0.5%")
    }

    @Test(
        "is refused when it is no share, or more than half",
        arguments: ["", "%", "half", "-1%", "51%", "nan"]
    )
    func refusal(text: String) {
        #expect(BadShare(text) == nil)
    }
}
