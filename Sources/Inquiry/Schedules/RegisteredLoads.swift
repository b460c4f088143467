public import Extraction
public import Ledger
import Pipelines
public import Planning
import Postgres
import Rows
public import Schedules
import StarSchema

/// What firings load, by the definitions that are registered in the ledger, and by the files as they lie there now.
///
/// Files that cannot be seen from this machine are taken for there: then a load is made, and its tasks wait for them.
public struct RegisteredLoads: ScheduledLoads {
    private let ledger: LedgerDesks
    private let environment: SourceEnvironment

    /// Loads of a ledger; `environment` is what definitions may make this process read.
    public init(_ ledger: LedgerDesks, environment: SourceEnvironment) {
        self.ledger = ledger
        self.environment = environment
    }

    /// What is to be loaded on the day of the firing, also where that is fired late.
    public func request(for firing: OpenFiring) async throws -> ScheduledRequest {
        var request = try await ledger.schedules
            .request(ofPipeline: firing.pipeline, by: Self.requester)
        let pipeline = request.pipeline
        let today = try pipeline.today(at: firing.planned)
        let survey = DueSurvey(
            pipeline,
            folder: request.folder,
            today: today,
            environment: environment
        )
        var due = try await survey.look(in: ledger)
        if case .last(let count) = firing.periods {
            await due.add(pipeline.periods?.last(count, today: today) ?? [], by: survey)
        }
        let awaited = due.awaitedLines(pipeline.periods?.grain).joined(separator: "; ")
        let choice = try due.choice(of: pipeline)
        request.periods = choice.periods
        return ScheduledRequest(
            request: choice == .nothing ? nil : request,
            awaited: awaited.isEmpty ? nil : awaited
        )
    }

    /// Who has asked for the loads of schedules.
    public static let requester = "schedule"

    /// Where the load of a firing is created.
    public func creator(for lease: FiringLease, awaited: String?) -> any LoadCreator {
        ledger.requests.creator(for: lease, awaited: awaited)
    }

    /// The clock of a schedule, with this machine's table of its zone.
    public func clock(of schedule: Schedule) throws -> ScheduleClock {
        try ScheduleClock(of: schedule)
    }

    /// Whether a server was away, or somebody had what was needed.
    public func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError: error.isRetryable || error.isServerTrouble
        case let error as LedgerError: error.code == .inUse
        default: false
        }
    }
}

extension ScheduleClock {
    /// The clock of a schedule, with this machine's table of its zone.
    ///
    /// - Throws: `ExtractionError` for a zone that this machine does not know.
    public init(of schedule: Schedule) throws {
        let zone = try ZoneTables.load([schedule.zone])[schedule.zone]
        self.init(schedule, in: zone ?? .utc)
    }
}

extension PeriodRule {
    /// The last periods that are over, at most `count`, in order.
    func last(_ count: Int, today: Day) -> [Period] {
        var period = PeriodSelection.lastEnded(self, today: today)
        if let last, last < period { period = last }
        var periods: [Period] = []
        while periods.count < count, period >= first {
            periods.append(period)
            period = period.previous
        }
        return periods.reversed()
    }
}

extension Due {
    /// Has periods loaded again, save those that are closed and those whose files are not there.
    fileprivate mutating func add(_ again: [Period], by survey: DueSurvey) async {
        let closed = states[.closed, default: []]
        let wanted = again.filter { !closed.contains($0.label) && !periods.contains($0) }
        let waiting = await survey.awaited(wanted).filter { !awaited.contains($0) }
        awaited += waiting
        let missing = Set(awaited.map(\.period))
        periods = (periods + wanted.filter { !missing.contains($0) }).sorted()
    }
}
