import Ledger
package import Pipelines
package import Planning
import Synchronization

/// What an attempt notes of itself for the ledger while it goes on; its worker is told the same.
package final class AttemptNotes: StepObserver {
    private let observer: any StepObserver
    private let state: Mutex<AttemptRecord>

    /// Notes of an attempt in a slot of a worker; `observer` is told of all that is noted.
    package init(_ observer: any StepObserver = NoObserver(), slot: Int? = nil) {
        self.observer = observer
        var record = AttemptRecord()
        record.slot = slot
        state = Mutex(record)
    }

    /// What was noted until now, which is the attempt's end.
    var record: AttemptRecord {
        var record = state.withLock { $0 }
        record.measure.end(at: .now)
        return record
    }

    /// Notes what it was judged by.
    func judged(_ results: [AuditResult]) {
        state.withLock { $0.audits += results }
    }

    // MARK: Observing

    package func reached(_ step: Step) {
        state.withLock { record in
            // A transaction that follows another one of the same attempt is told alone.
            if step == .begun { record.forget() }
            record.measure.reached(step, at: .now)
        }
        observer.reached(step)
    }

    package func began(_ table: String, of pipeline: String, within limits: Limits) {
        observer.began(table, of: pipeline, within: limits)
    }

    package func expects(_ inputs: ExpectedInputs) {
        state.withLock { $0.expected = inputs }
        observer.expects(inputs)
    }

    package func progressed(rows: Int, bytes: Int) {
        state.withLock { record in
            // Rows of databases, and of tables here, have no bytes that lie anywhere.
            if record.expected != nil { record.bytes = (record.bytes ?? 0) + bytes }
        }
        observer.progressed(rows: rows, bytes: bytes)
    }

    package func waits(forSource isWaiting: Bool) {
        observer.waits(forSource: isWaiting)
    }
}

extension AttemptRecord {
    /// Forgets all but the slot.
    fileprivate mutating func forget() {
        let slot = slot
        self = AttemptRecord()
        self.slot = slot
    }
}
