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
        while let loader = await connect() {
            let goesOn = await serve(&deliveries, with: loader)
            await loader.close()
            guard goesOn else { return }
        }
    }

    /// Runs deliveries until the loader is of no use (`true`) or there are no more (`false`).
    private func serve(
        _ deliveries: inout AsyncStream<TaskDelivery>.AsyncIterator,
        with loader: any TaskLoader
    ) async -> Bool {
        while true {
            isFree()
            guard let delivery = await deliveries.next(isolation: nil) else { return false }
            let end = await live(delivery, loader: loader)
            let isUsable = await loader.isUsable
            if end.lostLedger || !isUsable { return true }
        }
    }

    private func live(_ delivery: TaskDelivery, loader: any TaskLoader) async -> LoadTaskLife.End {
        context.gauges.begin(delivery.message.task, slot: index)
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
                let pause = context.settings.reconnect.pause(
                    afterFailures: failures,
                    jitter: context.ports.jitter()
                )
                context.logger.error(
                    "the warehouse cannot be reached",
                    metadata: .init([.slot: "\(index)", .pause: "\(pause)", .error: .error(error)])
                )
                await context.pause(for: pause)
            }
        }
        return nil
    }
}
