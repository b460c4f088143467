public import Logging
public import Planning
import Schedules
public import ServiceLifecycle

/// Fires schedules: writes down which firings are due, and creates their loads.
///
/// Any number of coordinators may run one. The ledger decides who fires: who is first writes a firing down, and who
/// holds its lease creates its load, together with the firing's end. A coordinator that dies between the two leaves
/// an open firing, which another one takes when the lease is over.
public final class ScheduleService: Service {
    private let settings: CoordinatorSettings
    private let ledger: any ScheduleLedger
    private let loads: any ScheduledLoads
    private let interval: Duration
    private let clock: any Clock<Duration>
    private let logger: Logger

    /// A service that looks for what is to be fired every `interval`.
    public init(
        settings: CoordinatorSettings,
        ledger: any ScheduleLedger,
        loads: any ScheduledLoads,
        interval: Duration = .seconds(2),
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.settings = settings
        self.ledger = ledger
        self.loads = loads
        self.interval = interval
        self.clock = clock
        self.logger = logger
    }

    /// For how long a firing waits after a failure that may pass.
    private static let retryPause = Duration.seconds(10)

    /// Fires until it is shut down or cancelled.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.keepFiring() }
    }

    /// Fires until the task is cancelled.
    public func keepFiring() async {
        await keepWorking(every: interval, on: clock) {
            await self.look()
        } each: { firing in
            await self.fire(firing)
        }
    }

    /// Writes down what is due, and takes what is open.
    private func look() async -> [OpenFiring] {
        var firings: [OpenFiring] = []
        do {
            for schedule in try await ledger.dueSchedules() { try await write(schedule) }
            while let firing = try await takeFiring() { firings.append(firing) }
        } catch {
            if !Task.isCancelled {
                logger.warning("schedules are not fired", metadata: .init([.error: .error(error)]))
            }
        }
        return firings
    }

    private func takeFiring() async throws -> OpenFiring? {
        guard !Task.isCancelled else { return nil }
        return try await ledger.takeFiring(by: settings.owner, for: settings.lease)
    }

    /// Writes down the firings of a schedule whose time has come, unless another coordinator does.
    private func write(_ schedule: DueSchedule) async throws {
        let scheduleClock: ScheduleClock
        do {
            scheduleClock = try loads.clock(of: schedule.schedule)
        } catch {
            return logger.error(
                "a schedule has no clock here",
                metadata: .init([.pipeline: "\(schedule.pipeline)", .error: .error(error)])
            )
        }
        var schedule = schedule
        while schedule.next <= schedule.now {
            let due = scheduleClock.due(from: schedule.next, now: schedule.now)
            guard try await ledger.write(due, of: schedule, by: settings.owner),
                let next = due.next
            else { return }
            schedule.next = next.planned
        }
    }

    /// Creates the load of a firing, keeping its lease meanwhile.
    private func fire(_ firing: OpenFiring) async {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.load(firing) }
                group.addTask { try await self.keep(firing.lease) }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch is FiringTaken {
            logger.notice("a firing was taken over", metadata: metadata(firing))
        } catch {
            await settle(firing, after: error)
        }
    }

    private func load(_ firing: OpenFiring) async throws {
        do {
            try await create(firing)
        } catch let overlap as FiringOverlap {
            switch firing.overlap {
            case .skip: try await end(firing, as: .skipped(overlap.load))
            case .queue: try await ledger.putOff(firing.lease, for: interval)
            }
        }
    }

    /// Creates the load of a firing; files are not looked at while one runs.
    private func create(_ firing: OpenFiring) async throws {
        if let running = try await ledger.runningLoad(ofPipeline: firing.pipeline) {
            throw FiringOverlap(load: running)
        }
        let scheduled = try await loads.request(for: firing)
        guard let request = scheduled.request else {
            return try await end(firing, as: .nothingDue(awaited: scheduled.awaited))
        }
        let creator = loads.creator(for: firing.lease, awaited: scheduled.awaited)
        let load = try await LoadPlanner(creator: creator).create(request).load
        logger.info(
            "fired",
            metadata: .init([.pipeline: "\(firing.pipeline)", .load: "\(load)"])
        )
    }

    /// Renews the lease until somebody else has it.
    private func keep(_ lease: FiringLease) async throws {
        while true {
            try await clock.sleep(for: settings.renewal)
            guard try await ledger.renew(lease, for: settings.lease) else {
                throw FiringTaken(firing: lease.firing)
            }
        }
    }

    private func end(_ firing: OpenFiring, as end: FiringEnd) async throws {
        guard try await ledger.end(firing.lease, as: end) else {
            throw FiringTaken(firing: firing.lease.firing)
        }
        var metadata = metadata(firing)
        metadata[LogKey.state.rawValue] = "\(end.state.rawValue)"
        logger.info("a firing has no load of its own", metadata: metadata)
    }

    /// A failure that may pass leaves the firing open; any other ends it.
    private func settle(_ firing: OpenFiring, after error: any Error) async {
        do {
            if Task.isCancelled || error is CancellationError || error is NewerLedger {
                try await ledger.putOff(firing.lease, for: .zero)
            } else if loads.mayPass(error) {
                try await ledger.putOff(firing.lease, for: Self.retryPause)
            } else {
                _ = try await ledger.end(firing.lease, as: .refused("\(error)"))
            }
        } catch {
            logger.debug("a firing is left open", metadata: metadata(firing))
        }
        var metadata = metadata(firing)
        metadata[LogKey.error.rawValue] = .error(error)
        logger.warning("a firing has failed", metadata: metadata)
    }

    private func metadata(_ firing: OpenFiring) -> Logger.Metadata {
        .init([.pipeline: "\(firing.pipeline)", .firing: "\(firing.lease.firing)"])
    }
}
