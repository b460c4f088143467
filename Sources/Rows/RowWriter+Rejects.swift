import Values
import Words

/// The rejects that become of refused rows.
extension RowWriter {
    /// The reject of a row of a batch.
    mutating func reject(
        _ row: RowBatch.Row,
        of source: Source,
        _ refusal: Refusal,
        in words: RefusalWords
    ) -> Reject {
        if case .value(let fault, let column, let field) = refusal {
            return source.reject(row, told(fault, column: column, field, of: source))
        }
        let told = words.told(refusal, input: source.batch.input) { output in
            shown(output, row, of: source)
        }
        var reject = source.reject(row, told)
        if case .other(let index) = refusal { reject.period = program.others.periods[index].label }
        return reject
    }

    /// The reject of a row that was put aside.
    func reject(_ row: DeferredRows.Row, _ refusal: Refusal, in words: RefusalWords) -> Reject {
        let told = words.told(refusal, input: row.place.input) { output in
            deferred.pending[row.firstPending..<row.endPending]
                .first { program.keys[$0.key].output == output }
                .flatMap { deferred.shown($0) }
        }
        return Reject(
            input: row.place.input,
            line: row.place.line,
            byteOffset: row.byteOffset,
            raw: deferred.raw.view.part(row.rawStart, row.rawEnd).array,
            column: told.column,
            rule: told.rule,
            reason: told.reason
        )
    }

    private mutating func told(
        _ fault: ValueFault,
        column: Int,
        _ field: Int,
        of source: Source
    ) -> RefusalWords.Told {
        let text = source.field(field)
        let broken =
            fault == .rule
            ? values.brokenRule(text, column: column, isNumber: source.isNumber(field)) : nil
        let plan = values.details(of: column).plan
        let cleaned = values.cleaned(text, column: column)
        let (rule, reason) = RejectReason(plan: plan)
            .words(for: fault, text: cleaned, broken: broken)
        return (plan.name, rule, reason)
    }

    /// The source's text of the fields that an output is made of.
    private func shown(_ output: Int, _ row: RowBatch.Row, of source: Source) -> String? {
        let columns = columns(of: output)
        guard !columns.isEmpty else { return nil }
        return
            columns
            .map { RejectReason.shown(source.field(row.firstField + values.field(of: $0))) }
            .joined(separator: ", ")
    }
}

extension RowWriter.Source {
    /// The reject of a record that the reader could not accept, or that has not `width` fields.
    func unreadable(_ row: RowBatch.Row, width: Int) -> Reject {
        guard row.fault < 0 else {
            let fault = batch.faults[row.fault]
            return reject(row, (nil, fault.rule, fault.reason))
        }
        let reason = "it has \(counted(row.fieldCount, "field")), the header has \(width)"
        return reject(row, (nil, "fields", reason))
    }

    fileprivate func reject(_ row: RowBatch.Row, _ told: RefusalWords.Told) -> Reject {
        Reject(
            input: batch.input,
            line: row.line,
            byteOffset: row.byteOffset,
            raw: raw(of: row).array,
            column: told.column,
            rule: told.rule,
            reason: told.reason
        )
    }
}
