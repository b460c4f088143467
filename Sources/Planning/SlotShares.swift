/// How a worker's slots are divided among its pools.
public enum SlotShares {
    /// Divides slots among pools: each gets one, and each further one goes to the pool that has the least for its weight.
    ///
    /// - Parameters:
    ///   - slots: How many there are.
    ///   - pools: The pools; of those that have alike, the first gets the next one.
    ///   - weights: How much each pool counts, 1 or more; one that is not in it counts 1.
    /// - Returns: The slots of each pool: all of them of one, at least one each of several.
    public static func divide(
        _ slots: Int,
        among pools: [String],
        weights: [String: Int] = [:]
    ) -> [String: Int] {
        var seen: Set<String> = []
        let pools = pools.filter { seen.insert($0).inserted }
        var shares = [Int](repeating: 1, count: pools.count)
        let hasLess = { (one: Int, other: Int) in
            shares[one] * (weights[pools[other]] ?? 1) < shares[other] * (weights[pools[one]] ?? 1)
        }
        for _ in pools.count..<max(pools.count, slots) {
            guard let poorest = pools.indices.min(by: hasLess) else { break }
            shares[poorest] += 1
        }
        return Dictionary(uniqueKeysWithValues: zip(pools, shares))
    }
}
