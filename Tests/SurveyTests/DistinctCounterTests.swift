import Testing

@testable import Survey

@Suite("Distinct values")
struct DistinctCounterTests {
    private func count(_ values: Int, bound: Int) -> DistinctCounter {
        var counter = DistinctCounter(bound: bound)
        for round in 0..<2 {
            for value in 0..<values {
                _ = round
                let bytes = Array("value \(value)".utf8)
                counter.insert(ValueHash.hash(bytes.span))
            }
        }
        return counter
    }

    @Test("are counted exactly up to the bound", arguments: [0, 1, 2, 999, 1000])
    func exact(values: Int) {
        let counter = count(values, bound: 1000)
        #expect(counter.isExact)
        #expect(counter.count == values)
    }

    @Test("are estimated within 4 % beyond it", arguments: [1001, 5_000, 40_000, 150_000])
    func estimated(values: Int) {
        let counter = count(values, bound: 1000)
        #expect(!counter.isExact)
        #expect(abs(counter.count - values) * 100 <= values * 4, "\(counter.count)")
    }
}
