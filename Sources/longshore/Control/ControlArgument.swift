import ArgumentParser
import Foundation
import InFlight
import Ledger
import Planning

/// What an order is about.
struct ControlArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "A load (`7`), a load task (`7.12`) or a pipeline (`callcenter`).",
            valueName: "what"
        )
    )
    private var named: TargetName

    /// What it is about.
    var target: InterventionTarget { named.target }
}

/// A load, a load task or a pipeline, as commands take it.
struct TargetName: ExpressibleByArgument {
    let target: InterventionTarget

    init?(argument: String) {
        guard let target = InterventionTarget(argument) else { return nil }
        self.target = target
    }
}

/// Gives orders: to the ledger, which keeps them, and by a signal to the workers, which then look.
struct ControlDesk {
    let fleet: Fleet
    let ledger: LedgerDesks

    /// Does something at the desk of a fleet.
    static func open<Value>(
        _ options: FleetOptions,
        _ body: (ControlDesk) async throws -> Value
    ) async throws -> Value {
        let fleet = try await options.fleet().inForeground()
        return try await fleet.withLedger { ledger in
            try await body(ControlDesk(fleet: fleet, ledger: ledger))
        }
    }

    /// Gives an order and tells the workers that there is one.
    ///
    /// Without Redis they look by themselves, a little later.
    func give(_ order: (Orders) async throws -> OrderChange) async throws -> OrderChange {
        let change = try await order(ledger.orders)
        if change.isNew { await signal() }
        return change
    }

    /// Waits until attempts that run have given up, as long as that may reasonably take.
    ///
    /// - Returns: how many go on.
    func settleCancelled(_ target: InterventionTarget, _ change: OrderChange) async throws -> Int {
        var running = change.running
        let deadline = ContinuousClock.now + .seconds(10)
        while running > 0, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(200))
            running = 0
            for load in change.loads {
                let about = target.load == nil ? InterventionTarget.load(load) : target
                running += try await ledger.orders.settleCancelled(about)
            }
        }
        return running
    }

    private func signal() async {
        guard let identity = try? await ledger.fleet.identity() else { return }
        await fleet.withInFlight(of: identity) { await $0.signalOrder() }
    }
}
