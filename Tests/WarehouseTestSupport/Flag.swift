import Synchronization

/// Something that goes on until somebody says that it is over.
package final class Flag: Sendable {
    private let state = Atomic(true)

    package init() {}

    package var isUp: Bool { state.load(ordering: .acquiring) }

    package func lower() {
        state.store(false, ordering: .releasing)
    }
}
