import Synchronization

/// What the owner of a consumer wants its connection's thread to do.
final class ConsumerMailbox: Sendable {
    /// How much of the consumer is left; it only ever goes down.
    enum Phase: Int {
        case consuming
        /// No new deliveries; those in hand are settled.
        case settling
        case closed
    }

    /// A delivery and what becomes of it.
    struct Order {
        let receipt: AMQPReceipt
        let settlement: Settlement
    }

    private let state = Mutex<(orders: [Order], phase: Phase)>(([], .consuming))
    private let isReconnectWanted = Atomic(false)
    let bell = Doorbell()

    var phase: Phase { state.withLock { $0.phase } }

    func post(_ settlement: Settlement, for receipt: AMQPReceipt) {
        state.withLock { $0.orders.append(Order(receipt: receipt, settlement: settlement)) }
        bell.ring()
    }

    /// Asks the connection's thread to give the connection up.
    func demandReconnect() {
        isReconnectWanted.store(true, ordering: .releasing)
        bell.ring()
    }

    /// Whether the connection is to be given up; asking answers the demand.
    func takeReconnect() -> Bool {
        isReconnectWanted.exchange(false, ordering: .acquiringAndReleasing)
    }

    func advance(to phase: Phase) {
        state.withLock { state in
            if phase.rawValue > state.phase.rawValue { state.phase = phase }
        }
        bell.ring()
    }

    /// All that was posted, together with the phase: orders posted before a change are never later.
    func take() -> (orders: [Order], phase: Phase) {
        state.withLock { state in
            defer { state.orders = [] }
            return state
        }
    }
}
