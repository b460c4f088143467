import Planning
import Testing

@Suite("The key of a warehouse's messages")
struct MessageKeyTests {
    private let body: [UInt8] = [1, 2, 3]

    @Test("accepts what it has signed: the same body, of the same kind")
    func signature() {
        let key = MessageKey("secret")
        let signature = key.signature(of: .task, body)
        #expect(key.accepts(signature, of: .task, body))
        #expect(!key.accepts(signature, of: .event, body))
        #expect(!key.accepts(signature, of: .task, body + [4]))
        #expect(!MessageKey("another").accepts(signature, of: .task, body))
    }

    @Test("is never seen")
    func unseen() {
        let key = MessageKey("of the tests")
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] {
            #expect(!text.contains("of the tests"), "\(text)")
        }
    }
}
