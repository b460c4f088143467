/// How a worker's slots are divided among its pools.
public enum SlotShares {
    /// Divides slots among pools.
    ///
    /// - Parameters:
    ///   - slots: How many there are.
    ///   - pools: The pools; the first ones get what cannot be divided.
    /// - Returns: The slots of each pool: all of them of one, at least one each of several.
    public static func divide(_ slots: Int, among pools: [String]) -> [String: Int] {
        var seen: Set<String> = []
        let pools = pools.filter { seen.insert($0).inserted }
        let (share, rest) = slots.quotientAndRemainder(dividingBy: max(1, pools.count))
        let shares = pools.indices.map { max(1, share + ($0 < rest ? 1 : 0)) }
        return Dictionary(uniqueKeysWithValues: zip(pools, shares))
    }
}
