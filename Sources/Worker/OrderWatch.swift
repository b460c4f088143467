import Logging
import Planning

/// Brings the orders of people to the attempts that run.
///
/// The ledger has the orders. It is asked when a number in Redis says that there is a new one, and now
/// and then all the same, because Redis may forget; without Redis, every couple of seconds.
struct OrderWatch {
    private let context: WorkerContext
    private let ledger: any InterventionLedger
    private var lastSignal: Int?
    /// How long ago the ledger was asked; `nil` before the first time.
    private var age: Duration?
    private var isFailing = false

    init(_ context: WorkerContext, ledger: any InterventionLedger) {
        self.context = context
        self.ledger = ledger
    }

    /// Looks until the worker ends.
    mutating func run() async {
        repeat {
            await look()
            age = age.map { $0 + context.settings.orders }
        } while await context.sleep(for: context.settings.orders)
    }

    private mutating func look() async {
        guard !context.attempts.all.isEmpty else { return }
        let signal = await context.ports.inFlight.orderSignal()
        let patience: Duration =
            signal == nil ? context.settings.ordersUnsignalled : .seconds(5)
        guard signal != lastSignal || age.map({ $0 >= patience }) ?? true else { return }
        // Only now: of what began before the signal was read, the orders are asked for.
        let running = context.attempts.all
        do {
            let loads = Set(running.map(\.task.load))
            let orders = try await ledger.interventions(ofLoads: loads)
            (lastSignal, age, isFailing) = (signal, .zero, false)
            for (task, recall) in running
            where orders[task.load]?.interrupts(task.ordinal) == true {
                context.logger.notice("recalled by order", metadata: .init([.task: "\(task)"]))
                recall.demand(.order)
            }
        } catch {
            guard !Task.isCancelled, !isFailing else { return }
            isFailing = true
            context.logger.warning(
                "the ledger does not tell of orders",
                metadata: .init([.error: .error(error)])
            )
        }
    }
}
