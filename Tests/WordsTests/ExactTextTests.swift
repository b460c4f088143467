import Foundation
import Testing
import Words

@Suite("Texts of others")
struct ExactTextTests {
    private let composed: ExactText = "caf\u{e9}"
    private let decomposed: ExactText = "cafe\u{301}"

    @Test("are equal where their bytes are, which a String does not ask for")
    func equality() {
        #expect(composed.text == decomposed.text)
        #expect(composed != decomposed)
        #expect(composed == ExactText("caf\u{e9}"))
        #expect(Set([composed, decomposed, composed]).count == 2)
        #expect([composed: 1, decomposed: 2] == [decomposed: 2, composed: 1])
    }

    @Test("come in the order of their bytes")
    func order() {
        #expect(
            [composed, decomposed, "cafz", "caf"].sorted() == ["caf", decomposed, "cafz", composed]
        )
    }

    @Test("in a row are told apart by where each ends")
    func ends() {
        #expect(Set([["ab", "c"], ["a", "bc"], ["abc"]] as [[ExactText]]).count == 3)
        #expect((["ab", "c"] as [ExactText]).hashValue != (["a", "bc"] as [ExactText]).hashValue)
    }

    @Test("are texts to programs, too")
    func codable() throws {
        let encoded = try JSONEncoder().encode([composed, decomposed])
        #expect(String(decoding: encoded, as: UTF8.self) == "[\"\(composed)\",\"\(decomposed)\"]")
        #expect(
            try JSONDecoder().decode([ExactText].self, from: encoded) == [composed, decomposed]
        )
    }
}
