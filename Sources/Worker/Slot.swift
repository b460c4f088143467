import Endpoints
import Latches
import Logging
import Planning

/// One place of a worker where load tasks run, one at a time, over one connection to the warehouse.
struct Slot: Sendable {
    let index: Int
    let context: WorkerContext
    /// The deliveries handed to this slot, each after it said that it is free.
    let deliveries: AsyncStream<TaskDelivery>
    /// Says that the slot is free.
    let isFree: @Sendable () -> Void

    /// Lives until the deliveries end, replacing its loader whenever that has lost its connection.
    func run() async {
        var deliveries = deliveries.makeAsyncIterator()
        var troubles = 0
        while let loader = await connect() {
            context.gauges.changeConnectedSlots(by: 1)
            let goesOn = await serve(&deliveries, with: loader, troubles: &troubles)
            context.gauges.changeConnectedSlots(by: -1)
            await loader.close()
            guard goesOn else { return }
        }
    }

    /// Runs deliveries until the loader is of no use (`true`) or there are no more (`false`).
    ///
    /// After trouble with a server the slot pauses before it is free again: what it gave back returns
    /// at once.
    private func serve(
        _ deliveries: inout AsyncStream<TaskDelivery>.AsyncIterator,
        with loader: any TaskLoader,
        troubles: inout Int
    ) async -> Bool {
        while true {
            context.gauges.rest(slot: index)
            isFree()
            guard let delivery = await deliveries.next(isolation: nil) else { return false }
            let end = await live(delivery, loader: loader)
            troubles = end.lostLedger || end.lostBroker ? troubles + 1 : 0
            if troubles > 0 { await pause(afterFailures: troubles) }
            let isUsable = await loader.isUsable
            if end.lostLedger || !isUsable { return true }
        }
    }

    private func pause(afterFailures failures: Int) async {
        let reconnect = context.settings.reconnect
        await context.pause(
            for: reconnect.pause(afterFailures: failures, jitter: context.ports.jitter())
        )
    }

    private func live(_ delivery: TaskDelivery, loader: any TaskLoader) async -> LoadTaskLife.End {
        context.gauges.begin(delivery.message, slot: index)
        let end = await LoadTaskLife(
            of: delivery,
            in: index,
            loader: loader,
            executor: context.ports.executor(index),
            context: context
        )
        .run()
        context.gauges.end(slot: index, result: end.result)
        return end
    }

    /// A connected loader; `nil` when the worker shuts down before there is one.
    private func connect() async -> (any TaskLoader)? {
        context.gauges.update { $0.disconnectedSlots += 1 }
        defer { context.gauges.update { $0.disconnectedSlots -= 1 } }
        var failures = 0
        while !context.shutdown.isOpen && !Task.isCancelled {
            do {
                return try await context.ports.makeLoader(index)
            } catch {
                failures += 1
                context.logger.error(
                    "the warehouse cannot be reached",
                    metadata: .init([.slot: "\(index)", .error: .error(error)])
                )
                await pause(afterFailures: failures)
            }
        }
        return nil
    }
}
