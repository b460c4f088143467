import Pipelines
import Synchronization
import Testing
import WarehouseTestSupport

@testable import Ledger

@Suite("Definitions that were read")
struct ParsedDefinitionsTests {
    @Test("are parsed once, and again when others have taken their room")
    func room() throws {
        let parsed = Mutex<[String]>([])
        let shop = try Shop.definition()
        let definitions = ParsedDefinitions(limit: 7) { text in
            parsed.withLock { $0.append(text) }
            return shop
        }
        for text in ["one", "two", "one", "two"] {
            #expect(try definitions.definition(of: text) == shop)
        }
        #expect(parsed.withLock(\.self) == ["one", "two"])
        for text in ["three", "three", "one"] { _ = try definitions.definition(of: text) }
        #expect(parsed.withLock(\.self) == ["one", "two", "three", "one"])
    }

    @Test("names that look alike are two texts")
    func lookalikes() throws {
        let parsed = Mutex(0)
        let shop = try Shop.definition()
        let definitions = ParsedDefinitions(limit: 100) { _ in
            parsed.withLock { $0 += 1 }
            return shop
        }
        for text in ["caf\u{e9}", "cafe\u{301}"] { _ = try definitions.definition(of: text) }
        #expect(parsed.withLock(\.self) == 2)
    }

    @Test("one that is larger than all room is kept until the next one")
    func large() throws {
        let parsed = Mutex(0)
        let shop = try Shop.definition()
        let definitions = ParsedDefinitions(limit: 1) { _ in
            parsed.withLock { $0 += 1 }
            return shop
        }
        for text in ["one", "one", "two", "one"] { _ = try definitions.definition(of: text) }
        #expect(parsed.withLock(\.self) == 3)
    }

    @Test("what cannot be read is not kept, and what somebody has changed is read again")
    func changed() throws {
        let definitions = ParsedDefinitions()
        let good = try Shop.definition().bundle.encoded()
        let bad = good.replacing("grain: month", with: "grain: moon")
        _ = try definitions.definition(of: good)
        for _ in 1...2 {
            #expect(throws: DefinitionError.self) { try definitions.definition(of: bad) }
        }
        #expect(throws: DecodingError.self) { try definitions.definition(of: "{}") }
    }
}
