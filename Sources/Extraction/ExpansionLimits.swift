/// How far a compressed file may expand: what tells data from a bomb.
public struct ExpansionLimits: Sendable, Hashable {
    /// The largest ratio of expanded to compressed bytes.
    public var ratio: Int
    /// Expanded bytes up to which the ratio is not looked at.
    public var bytesBeforeRatio: Int
    /// The most expanded bytes.
    public var bytes: Int

    /// Creates limits; by default 400 to 1 beyond 64 MiB, and 1 TiB.
    ///
    /// Tables compress 3 to 30 to 1; what gzip can do at most is about 1,030 to 1, the others far more.
    public init(ratio: Int = 400, bytesBeforeRatio: Int = 64 << 20, bytes: Int = 1 << 40) {
        self.ratio = ratio
        self.bytesBeforeRatio = bytesBeforeRatio
        self.bytes = bytes
    }
}
