public import Ledger
import Synchronization

/// The desks that pages ask, each with a connection of its own: who waits for a long answer holds up nobody else.
public final class ReadingDesks: Sendable {
    private let desks: [LedgerDesks]
    private let turn = Atomic<Int>(0)

    /// So many desks as `make` makes; one at least.
    public init(_ count: Int, _ make: () -> LedgerDesks) {
        desks = (0..<max(count, 1)).map { _ in make() }
    }

    /// The next one, in turn.
    var next: LedgerDesks {
        let number = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return desks[abs(number % desks.count)]
    }

    /// Ends their connections; a desk that is asked later connects again.
    public func close() async {
        for desk in desks { await desk.close() }
    }
}
