/// A load that the ledger does not have.
public struct UnknownLoad: Error, Sendable, Hashable, CustomStringConvertible {
    /// Its number.
    public var load: Int64

    /// An error.
    public init(_ load: Int64) {
        self.load = load
    }

    /// What is wrong and what to do.
    public var description: String {
        "the ledger has no load `\(load)`: `longshore status` lists the loads"
    }
}
