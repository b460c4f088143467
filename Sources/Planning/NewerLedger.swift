/// The ledger was made by a newer program: this one must not touch it.
public struct NewerLedger: Error, Sendable, Hashable, CustomStringConvertible {
    /// The version of the ledger's schema.
    public var version: Int
    /// The newest version that this program knows.
    public var known: Int

    /// An error.
    public init(version: Int, known: Int) {
        self.version = version
        self.known = known
    }

    /// What is wrong and what to do.
    public var description: String {
        "the ledger has schema version `\(version)`, this program knows `\(known)`: "
            + "use the longshore that made it, or a newer one"
    }
}
