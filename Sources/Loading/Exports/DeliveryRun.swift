import Delivery
import Extraction
import Ledger
import Pipelines
import Planning
import Postgres
import Words

/// Delivers what an export has to deliver, each effect by itself: claimed, sent, marked.
///
/// The attempt's transaction holds the task and does nothing else: nobody else delivers the export meanwhile, unless
/// the session is lost. Claims and marks are transactions of their own, beside it.
struct DeliveryRun {
    private let attempt: Attempt
    private let export: Export
    private let key: ExportKey

    init(_ attempt: Attempt, _ export: Export) {
        self.attempt = attempt
        self.export = export
        key = ExportKey(schema: attempt.row.schema, name: export.name)
    }

    /// Effects that are not taken, one after the other, before the rest is left for later.
    private static let mostPostponed = 3

    func run() async throws -> AttemptResult {
        guard case .load(let side) = attempt.mode else { return AttemptResult(counts: RowCounts()) }
        try await EffectTable(attempt.connection).refuseTaken(key, in: attempt.task)
        do {
            try await withLedger(side) { ledger in try await deliver(by: ledger) }
        } catch {
            guard let error = error as? ExtractionError, error.isAbsence else { throw error }
            throw AwaitedTarget(error, patience: try await patience())
        }
        attempt.observer.reached(.copied)
        return try await result()
    }

    /// Opens the effects in a session beside the attempt's, which ends with the work.
    private func withLedger<Value: Sendable>(
        _ side: @Sendable () async throws -> PostgresConnection,
        _ work: (EffectTable) async throws -> Value
    ) async throws -> Value {
        let connection = try await side()
        do {
            let value = try await work(EffectTable(connection, showing: attempt.ticket))
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    // MARK: Delivering

    /// The target is asked for only when there is something for it.
    private func deliver(by ledger: EffectTable) async throws {
        var effects = try await ledger.claim(key, by: export.key)
        guard !effects.isEmpty else { return }
        let target = try await EffectTargets(of: attempt.pipeline, environment: attempt.environment)
            .open(export)
        attempt.observer.reached(.opened)
        do {
            var postponed = 0
            while !effects.isEmpty {
                attempt.observer.reached(.extracting)
                try await deliver(effects, to: target, by: ledger, &postponed)
                effects =
                    postponed < Self.mostPostponed
                    ? try await ledger.claim(key, by: export.key) : []
            }
            await target.close()
        } catch {
            await target.close()
            throw error
        }
    }

    private func deliver(
        _ effects: [Effect],
        to target: any EffectTarget,
        by ledger: EffectTable,
        _ postponed: inout Int
    ) async throws {
        for effect in effects where postponed < Self.mostPostponed {
            try Task.checkCancellation()
            // Who was frozen, and has lost the task meanwhile, hears of it here.
            try await attempt.connection.query("select")
            let result = paused(try await target.deliver(effect), after: effect.attempts)
            attempt.observer.reached(.copying)
            guard try await mark(effect, result, by: ledger) else { throw TaskIsBusy() }
            attempt.observer.progressed(rows: 1, bytes: effect.body.utf8.count)
            if case .postponed = result { postponed += 1 } else { postponed = 0 }
        }
    }

    /// Marks an effect; in another session when this one is lost, as it is to who was frozen for long.
    ///
    /// The work ends with it, for claims have none any more.
    private func mark(
        _ effect: Effect,
        _ result: EffectResult,
        by ledger: EffectTable
    ) async throws -> Bool {
        let load = attempt.task.load
        do {
            return try await ledger.mark(effect, result, by: load)
        } catch {
            guard !ledger.isUsable, case .load(let side) = attempt.mode else { throw error }
            let isMine = try await withLedger(side) { try await $0.mark(effect, result, by: load) }
            guard !isMine else { throw error }
            return false
        }
    }

    private func paused(_ result: EffectResult, after attempts: Int) -> EffectResult {
        guard case .postponed(let failure, let asked) = result else { return result }
        return .postponed(failure, for: DeliveryPauses.pause(after: attempts, asked: asked))
    }

    // MARK: Ends

    private func result() async throws -> AttemptResult {
        let standing = try await EffectTable(attempt.connection)
            .standing(of: key, load: attempt.task.load)
        guard standing.open == 0 else {
            throw AwaitedTarget(standing, of: export, patience: try await patience())
        }
        var result = AttemptResult(
            counts: RowCounts(read: standing.delivered, loaded: standing.delivered)
        )
        if standing.dead > 0 {
            result.warnings = [
                "\(counted(standing.dead, "effect")) will not be delivered, for the target refuses "
                    + "\(standing.dead == 1 ? "it" : "them"): `longshore exports list "
                    + "\(attempt.pipeline.name)` says why"
            ]
        }
        return result
    }

    /// How long the target is awaited, from the first attempt that it kept waiting: as long as it takes something,
    /// that begins anew.
    private func patience() async throws -> Duration? {
        guard attempt.connection.isUsable else { return export.patience }
        let moved = try await EffectTable(attempt.connection)
            .progress(of: key, by: attempt.task)
        return moved > .zero
            ? (export.patience ?? SourcePatience().database) + moved : export.patience
    }
}

/// A target that is away or busy, with how long it is awaited.
private struct AwaitedTarget: TaskFailureConvertible {
    let taskFailure: TaskFailure

    /// It cannot be reached.
    init(_ error: ExtractionError, patience: Duration?) {
        var failure = TaskFailure(any: error)
        failure.absence = Absence(.database, patience: patience)
        failure.isRetryable = true
        taskFailure = failure
    }

    /// Effects wait for their next attempt.
    init(_ standing: EffectStanding, of export: Export, patience: Duration?) {
        let reason = standing.reason.map { ", the last because: \($0)" } ?? ""
        taskFailure = TaskFailure(
            code: "export.waits",
            message: "\(counted(standing.open, "effect")) of `\(export.name)` "
                + "\(standing.open == 1 ? "is" : "are") not delivered yet\(reason)",
            isRetryable: true,
            absence: Absence(.database, patience: patience)
        )
    }
}
