import Latches
public import Logging
public import Planning
public import ServiceLifecycle
import Synchronization

/// A process of the fleet: takes load tasks from the broker and runs each on a free slot.
///
/// On a graceful shutdown it takes no more tasks, gives back those it has not begun, lets running
/// ones finish within the grace period, cancels and gives back the rest, and closes its connections
/// to the warehouse. The receiver, the publisher and the in-flight store belong to the caller.
public final class Worker: Service {
    private let context: WorkerContext
    private let freeSlots: AsyncStream<Int>
    private let freeSlot: AsyncStream<Int>.Continuation

    /// Creates a worker; ``run()`` starts it, once.
    public init(_ settings: WorkerSettings, ports: WorkerPorts, logger: Logger) {
        precondition(settings.slots > 0, "a worker has at least one slot")
        var logger = logger
        logger[metadataKey: LogKey.worker.rawValue] = "\(settings.name)"
        context = WorkerContext(settings: settings, ports: ports, logger: logger)
        (freeSlots, freeSlot) = AsyncStream.makeStream()
    }

    /// What the worker has done, and does.
    public var metrics: WorkerMetrics { context.gauges.metrics }

    /// What the worker has measured of its attempts.
    public var measures: TaskMeasures { context.gauges.measures }

    /// What the worker needs and has not, in words; empty when it can take tasks.
    public var wants: [String] {
        if context.shutdown.isOpen { return ["it stops, and takes no more tasks"] }
        var wants: [String] = []
        if !context.ports.receiver.isConnected { wants.append("it has no connection to RabbitMQ") }
        if context.gauges.connectedSlots == 0 {
            wants.append("none of its slots has a connection to Postgres")
        }
        return wants
    }

    /// Begins a graceful shutdown; ``run()`` returns when it is over.
    public func shutDown() {
        context.shutdown.open()
        freeSlot.finish()
    }

    /// Ends the grace period of a shutdown now: running attempts are cancelled and given back.
    public func hurry() {
        shutDown()
        context.graceOver.open()
    }

    /// Works until it is shut down or cancelled.
    ///
    /// - Throws: ``WorkerError`` when the receiver ends although nobody stopped it, when an attempt
    ///   ignored its cancellation, and at once when tasks may take longer than the broker allows;
    ///   `NewerLedger` when a newer program has migrated the ledger.
    public func run() async throws {
        try context.settings.validate()
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { chores in
                chores.addTask { await self.registerPresence() }
                chores.addTask { await self.enforceGrace() }
                chores.addTask { await self.watchOrders() }
                chores.addTask { await self.watchIdleness() }
                defer { chores.cancelAll() }
                try await self.serve()
            }
        } onGracefulShutdown: {
            self.shutDown()
        }
    }

    /// Runs the slots until the deliveries have ended and every one of them is settled.
    private func serve() async throws {
        await withTaskGroup(of: Void.self) { group in
            var mailboxes: [AsyncStream<TaskDelivery>.Continuation] = []
            for index in 0..<context.settings.slots {
                let (deliveries, mailbox) = AsyncStream<TaskDelivery>.makeStream()
                mailboxes.append(mailbox)
                let slot = Slot(index: index, context: context, deliveries: deliveries) {
                    [freeSlot] in freeSlot.yield(index)
                }
                group.addTask { await slot.run() }
            }
            await handOut(to: mailboxes)
            for mailbox in mailboxes { mailbox.finish() }
        }
        if let error = context.abandoned.withLock({ $0 }) { throw error }
        if let error = context.refusal.withLock({ $0 }) { throw error }
        guard context.shutdown.isOpen || Task.isCancelled else {
            throw WorkerError.deliveriesEnded(worker: context.settings.name)
        }
    }

    /// Hands each delivery to a free slot; once the worker shuts down, gives it back instead.
    private func handOut(to mailboxes: [AsyncStream<TaskDelivery>.Continuation]) async {
        var free = freeSlots.makeAsyncIterator()
        var deliveries = context.ports.receiver.deliveries.makeAsyncIterator()
        while let slot = await free.next(isolation: nil),
            let delivery = await deliveries.next(isolation: nil)
        {
            if context.shutdown.isOpen {
                await giveBackUnbegun(delivery)
            } else {
                mailboxes[slot].yield(delivery)
            }
        }
        // No slot will be free any more.
        while let delivery = await deliveries.next(isolation: nil) {
            await giveBackUnbegun(delivery)
        }
    }

    private func giveBackUnbegun(_ delivery: TaskDelivery) async {
        await context.giveBack(delivery)
        context.gauges.update { $0.results[.givenBack, default: 0] += 1 }
    }

    /// A worker that ends says so: else it would seem alive for half a minute.
    private func registerPresence() async {
        repeat {
            context.gauges.update {
                $0.publisherLosses = context.ports.publisher.losses
                $0.redisFailures = context.ports.inFlight.failures
            }
            let presence = WorkerPresence(
                name: context.settings.name,
                slots: context.settings.slots,
                pools: context.settings.pools,
                shares: context.ports.receiver.shares,
                running: context.gauges.running,
                metrics: context.gauges.metrics
            )
            await context.ports.inFlight.register(presence)
        } while await context.sleep(for: context.settings.presence)
        await context.ports.inFlight.deregister(context.settings.name)
    }

    private func enforceGrace() async {
        await context.shutdown.wait()
        guard context.shutdown.isOpen else { return }
        freeSlot.finish()
        context.logger.info("shutting down")
        await context.ports.receiver.stop()
        guard await context.sleep(for: context.settings.grace) else { return }
        context.graceOver.open()
        // A slot that does not come back says so when patience with it is over, which may be later.
        while await context.sleep(for: context.settings.patience) {
            if let error = context.abandoned.withLock({ $0 }) { return context.ports.abort(error) }
        }
    }

    private func watchOrders() async {
        guard let ledger = context.ports.interventions else { return }
        var watch = OrderWatch(context, ledger: ledger)
        await watch.run()
    }

    private func watchIdleness() async {
        var watch = IdlenessWatch(context)
        await watch.run()
    }
}
