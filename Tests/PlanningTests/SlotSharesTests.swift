import Planning
import Testing

@Suite("Shares of a worker's slots")
struct SlotSharesTests {
    @Test(
        "slots are divided among pools, at least one each",
        arguments: [(1, [4]), (2, [2, 2]), (3, [2, 1, 1]), (6, [1, 1, 1, 1, 1, 1])]
    )
    func divided(pools: Int, expected: [Int]) {
        let names = (0..<pools).map { "p\($0)" }
        let shares = SlotShares.divide(4, among: names)
        #expect(names.map { shares[$0] } == expected)
    }

    @Test(
        "each further slot goes to the pool that has the least for its weight",
        arguments: [(1, [1, 1]), (2, [1, 1]), (4, [1, 3]), (8, [2, 6]), (9, [3, 6])]
    )
    func weighed(slots: Int, expected: [Int]) {
        let shares = SlotShares.divide(slots, among: ["quick", "default"], weights: ["default": 3])
        #expect([shares["quick"], shares["default"]] == expected)
    }

    @Test("a pool that is named twice counts once")
    func repeated() {
        #expect(SlotShares.divide(4, among: ["a", "a"]) == ["a": 4])
    }
}
