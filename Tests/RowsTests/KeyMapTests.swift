import Rows
import Testing

@Suite("Key maps")
struct KeyMapTests {
    private func key(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test("a map answers as a dictionary does, whatever the keys' lengths")
    func dictionary() {
        var random = Xorshift(seed: 11)
        var map = KeyMap()
        var expected: [[UInt8]: Int64] = [:]
        for number in 0..<20_000 as Range<Int64> {
            let bytes = (0..<random.below(24)).map { _ in UInt8(random.below(4)) }
            map.insert(bytes.span, surrogate: number)
            expected[bytes] = number
        }
        #expect(map.count == expected.count)
        for (bytes, surrogate) in expected { #expect(map.lookup(bytes.span) == surrogate) }
        for _ in 0..<20_000 {
            let bytes = (0..<random.below(24)).map { _ in UInt8(random.below(5)) }
            #expect(map.lookup(bytes.span) == expected[bytes])
        }
    }

    @Test("keys that differ only in zeros at their ends are different")
    func zeros() {
        var map = KeyMap()
        for length in 0..<20 {
            map.insert([UInt8](repeating: 0, count: length).span, surrogate: Int64(length))
        }
        #expect(map.count == 20)
        #expect(map.lookup([UInt8](repeating: 0, count: 7).span) == 7)
    }

    @Test("a version holds from its start until the next one's, in whatever order they come")
    func versions() {
        for order in [[100, 200, 300], [300, 100, 200], [200, 300, 100]] as [[Int64]] {
            var map = KeyMap()
            let bytes = key("A-17")
            for start in order { map.insert(bytes.span, surrogate: start, validFrom: start) }
            #expect(map.count == 1)
            #expect(map.lookup(bytes.span, asOf: 100) == 100)
            #expect(map.lookup(bytes.span, asOf: 199) == 100)
            #expect(map.lookup(bytes.span, asOf: 200) == 200)
            #expect(map.lookup(bytes.span, asOf: 10_000) == 300)
            #expect(map.lookup(bytes.span) == 300)
            // Before the first version, the first one answers.
            #expect(map.lookup(bytes.span, asOf: 0) == 100)
        }
    }

    @Test("a version from minus infinity and later ones live together")
    func infinity() {
        var map = KeyMap()
        let bytes = key("k")
        map.insert(bytes.span, surrogate: 1, validFrom: .min)
        map.insert(bytes.span, surrogate: 2, validFrom: 0)
        map.insert(bytes.span, surrogate: 3, validFrom: 0)
        #expect(map.lookup(bytes.span, asOf: -1) == 1)
        #expect(map.lookup(bytes.span, asOf: 0) == 3)
    }

    @Test("copies of a map are independent")
    func copies() {
        var map = KeyMap()
        map.insert(key("a").span, surrogate: 1)
        var other = map
        other.insert(key("b").span, surrogate: 2)
        #expect(map.count == 1)
        #expect(map.lookup(key("b").span) == nil)
        #expect(other.lookup(key("a").span) == 1)
    }

    @Test("an overlay adds to a base without changing it")
    func overlay() {
        var base = KeyMap()
        base.insert(key("a").span, surrogate: 1)
        var maps = KeyMaps([KeyMap(), base])
        maps.insert(key("b").span, surrogate: 2, map: 1)
        #expect(maps.lookup(key("a").span, map: 1) == 1)
        #expect(maps.lookup(key("b").span, map: 1) == 2)
        #expect(maps.lookup(key("b").span, map: 0) == nil)
        #expect(base.lookup(key("b").span) == nil)
    }

    @Test("a map is compact")
    func memory() {
        var map = KeyMap(minimumCapacity: 100_000)
        for number in 0..<100_000 as Range<Int64> {
            map.insert(bigEndian(number).span, surrogate: number)
        }
        #expect(map.memoryBytes <= 64 * 100_000)
    }
}
