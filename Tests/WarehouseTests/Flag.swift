import Synchronization

/// Something that goes on until somebody says that it is over.
final class Flag: Sendable {
    private let state = Atomic(true)

    var isUp: Bool { state.load(ordering: .acquiring) }

    func lower() {
        state.store(false, ordering: .releasing)
    }
}
