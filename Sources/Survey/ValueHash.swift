/// A hash of bytes that is the same in every process: FNV-1a, its bits mixed as SplitMix64 does.
enum ValueHash {
    static func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var state: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in bytes.indices {
            state = (state ^ UInt64(bytes[index])) &* 0x0000_0100_0000_01b3
        }
        return mixed(state)
    }

    /// A hash of several hashes in order.
    static func hash(_ hashes: some Sequence<UInt64>) -> UInt64 {
        hashes.reduce(0x9e37_79b9_7f4a_7c15) { mixed($0 ^ $1) }
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
