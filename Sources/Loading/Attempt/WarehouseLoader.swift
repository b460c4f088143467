public import BlockingThread
public import Extraction
import Ledger
import Pipelines
public import Planning
public import Postgres

/// Loads one task at a time into Postgres: a slot of a worker.
///
/// Its own work and its connection share one thread, so rows go from the source to the socket
/// without a hop, and nothing of it delays another slot.
public actor WarehouseLoader: TaskLoader {
    private let configuration: PostgresConfiguration
    private let client: PostgresClient
    private let reminder: PartitionReminder?
    private let thread: BlockingThread
    private let keyMaps: KeyMapCache
    private let grainMemory: Int
    private let environment: SourceEnvironment
    private let definitions = ParsedDefinitions()
    private var held: TaskMessage?
    private let slot: Int?
    /// What the last attempt has noted.
    private var last: (task: LoadTaskID, notes: AttemptNotes)?

    /// The slot's thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    /// A loader that connects with its first task.
    ///
    /// - Parameters:
    ///   - configuration: the warehouse.
    ///   - slot: which of its worker's slots it is, from 0.
    ///   - thread: where the slot's work runs.
    ///   - keyMaps: the process's cache of key maps, shared by its slots.
    ///   - grainMemory: what the grains of an attempt's rows take at most, in bytes (docs/decisions/0069).
    ///   - environment: gives the value of `${NAME}` in sources' texts.
    ///   - reminder: tells other sessions of new partitions, shared like the cache.
    public init(
        _ configuration: PostgresConfiguration,
        slot: Int? = nil,
        thread: BlockingThread,
        keyMaps: KeyMapCache,
        grainMemory: Int = 32 << 20,
        environment: SourceEnvironment,
        reminder: PartitionReminder? = nil
    ) {
        self.configuration = configuration.atWarehouse
        client = PostgresClient(configuration.atWarehouse, on: thread)
        self.reminder = reminder
        self.slot = slot
        self.thread = thread
        self.keyMaps = keyMaps
        self.grainMemory = grainMemory
        self.environment = environment
    }

    /// Ends the connection.
    public func close() async {
        await client.close()
    }

    /// Keeps the message, whose ticket the ledger wants to see where the login does not own it.
    public func hold(_ message: TaskMessage) {
        held = message
    }

    private func ticket(of task: LoadTaskID) -> Ticket {
        Ticket(held?.task == task ? held?.ticket : nil)
    }

    /// The mark that an attempt begins, and everything from BEGIN to COMMIT; see `docs/architecture.md`.
    public func perform(
        _ task: LoadTaskID,
        by worker: String,
        observer: any StepObserver
    ) async -> TaskOutcome {
        let notes = AttemptNotes(observer, slot: slot)
        last = (task, notes)
        var way = AttemptWay(grainMemory: grainMemory)
        do {
            while true {
                do {
                    return try await withConnection(anew: way.hasOwnSession) { connection in
                        try await perform(task, in: way, connection, by: worker, notes)
                    }
                } catch let again as any AttemptRepeat {
                    try again.change(&way)
                }
            }
        } catch {
            return TaskOutcome(error)
        }
    }

    private func perform(
        _ task: LoadTaskID,
        in way: AttemptWay,
        _ connection: PostgresConnection,
        by worker: String,
        _ observer: AttemptNotes
    ) async throws -> TaskOutcome {
        let ticket = ticket(of: task)
        var mark: BegunMark?
        do {
            let outcome = try await told(connection) {
                mark = try await BegunMark.set(on: task, showing: ticket, connection)
                return try await transact(
                    task,
                    in: way,
                    on: connection,
                    by: worker,
                    isMarked: mark != nil,
                    telling: observer
                )
            }
            if case .loaded = outcome { return outcome }
            await takeBack(mark, showing: ticket, on: connection)
            return outcome
        } catch {
            // The next round sets it again: in between, over another session, nobody would hold the row.
            await takeBack(mark, showing: ticket, on: connection)
            throw error
        }
    }

    /// Everything from BEGIN to COMMIT.
    private func transact(
        _ task: LoadTaskID,
        in way: AttemptWay,
        on connection: PostgresConnection,
        by worker: String,
        isMarked: Bool,
        telling observer: AttemptNotes
    ) async throws -> TaskOutcome {
        let ticket = ticket(of: task)
        var grown: PeriodKey?
        let outcome = try await connection.transaction(
            onCommitSent: { observer.reached(.committing) }
        ) {
            observer.reached(.begun)
            let claim = try await TaskClaim.take(task, by: worker, showing: ticket, on: connection)
            guard case .mine(let row) = claim else {
                return try await claim.settle(task, on: connection)
            }
            // Another attempt had the row a moment ago; without a mark a death would not be seen.
            guard isMarked else { throw TaskIsBusy() }
            let result = try await attempt(
                task,
                row,
                in: way,
                on: connection,
                by: worker,
                telling: observer
            )
            grown = result.grown
            return .loaded(result.counts)
        }
        observer.reached(.committed)
        if let grown { await reminder?.note(grown) }
        return outcome
    }

    /// The attempt itself, within its transaction.
    private func attempt(
        _ task: LoadTaskID,
        _ row: TaskRow,
        in way: AttemptWay,
        on connection: PostgresConnection,
        by worker: String,
        telling observer: AttemptNotes
    ) async throws -> AttemptResult {
        let pipeline = try row.definition.pipeline(in: definitions)
        try await PipelinePlaces(of: pipeline)?.take(on: connection)
        guard
            try await TaskNeeds(task: task, row: row, pipeline: pipeline).areDone(on: connection)
        else { throw TaskIsBusy() }
        let attempt = Attempt(
            task: task,
            row: row,
            pipeline: pipeline,
            connection: connection,
            ticket: ticket(of: task),
            keyMaps: keyMaps,
            mode: .load { try await PostgresConnection.connect(self.configuration) },
            way: way,
            environment: environment,
            observer: observer
        )
        return try await attempt.complete(by: worker)
    }

    /// The outcome of what `body` does, its errors among them.
    ///
    /// - Throws: ``AttemptRepeat``.
    private func told(
        _ connection: PostgresConnection,
        _ body: () async throws -> TaskOutcome
    ) async throws -> TaskOutcome {
        do {
            return try await body()
        } catch let again as any AttemptRepeat {
            throw again
        } catch is TaskIsBusy {
            return .busy
        } catch is PipelineIsCrowded {
            return .crowded
        } catch let error as NewerLedger {
            return .refused(error)
        } catch let error as PostgresError where error.saysTaskIsNotHeld {
            return .failed(.withoutTicket)
        } catch {
            if let newer = await newerLedger(behind: error, on: connection) {
                return .refused(newer)
            }
            return TaskOutcome(error)
        }
    }

    /// Takes a mark back, also when the attempt was cancelled.
    ///
    /// Where the connection is lost it stays: who records the failure takes it back.
    private func takeBack(
        _ mark: BegunMark?,
        showing ticket: Ticket,
        on connection: PostgresConnection
    ) async {
        guard let mark, connection.isUsable else { return }
        await Task { try? await mark.takeBack(showing: ticket, on: connection) }.value
    }

    /// The reason for an error of the ledger's own statements, when it is that they fit it no more.
    private func newerLedger(
        behind error: any Error,
        on connection: PostgresConnection
    ) async -> NewerLedger? {
        guard let error = error as? PostgresError, error.sqlState?.errorClass == "42" else {
            return nil
        }
        do {
            try await refuseNewer(connection)
            return nil
        } catch {
            return error as? NewerLedger
        }
    }

    private func refuseNewer(_ connection: PostgresConnection) async throws {
        let rows = try await connection.query("select \(LedgerSchema.versionSQL) as version")
        if let row = rows.first { try LedgerSchema.refuseNewer(row.integer("version")) }
    }

    /// Does something with the connection as if it had just been opened: the SQL of a mart may have left
    /// settings in the session, and one that died while the slot was idle is no fault of a task.
    private func withConnection<Result>(
        anew: Bool = false,
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        guard anew else { return try await client.withConnection(leavesSettings: true, body) }
        return try await client.withOwnSession(body)
    }

    // MARK: Failures

    /// Adds an `error` to the task's attempts, unless it is the fleet's own servers that failed, or the
    /// message has not the task's ticket: then it is of no more use.
    public func record(
        _ failure: TaskFailure,
        of task: LoadTaskID,
        by worker: String,
        policy: RetryPolicy
    ) async throws -> FailureVerdict {
        let record = FailureRecord(
            task: task,
            kind: .of(failure),
            failure: failure,
            worker: worker,
            ticket: ticket(of: task),
            attempt: last?.task == task ? last?.notes.record ?? AttemptRecord() : AttemptRecord()
        )
        return try await recording(orWhenNotHeld: .final) { connection in
            try await record.write(policy: policy, on: connection)
        }
    }

    /// Adds a `crash` to the task's attempts, if one has begun that did not end and the message has the
    /// task's ticket.
    public func recordCrash(
        of task: LoadTaskID,
        by worker: String,
        policy: RetryPolicy
    ) async throws -> FailureVerdict? {
        let failure = TaskFailure(
            code: "worker.died",
            message: "the worker that ran the task died or lost its connection to the broker",
            isRetryable: true
        )
        let record = FailureRecord(
            task: task,
            kind: .crash,
            failure: failure,
            worker: worker,
            ticket: ticket(of: task)
        )
        return try await recording(orWhenNotHeld: nil) { connection in
            try await record.writeDeath(policy: policy, on: connection)
        }
    }

    /// Writes a record, where the ledger is one that this version may write; another answer when it says
    /// that the message has not the task's ticket.
    private func recording<Verdict>(
        orWhenNotHeld other: Verdict,
        _ write: (PostgresConnection) async throws -> Verdict
    ) async throws -> Verdict {
        do {
            return try await withConnection { connection in
                try await refuseNewer(connection)
                return try await write(connection)
            }
        } catch let error as PostgresError where error.saysTaskIsNotHeld {
            return other
        }
    }
}
