import Extraction
import Pipelines
import Rows
import Words

/// Reads the figure that a source gives for a control total: a number in one row.
struct ControlFigure {
    let total: ControlTotal

    /// The figure, as a decimal number in text.
    ///
    /// - Throws: ``LoadingError`` when there is no such row or number; what the reader throws.
    func read(from reader: any RowReader) async throws -> String {
        var reader = reader
        _ = try plan(below: reader.header)
        var figure: String?
        while let batch = try await reader.next() {
            let header = batch.columns ?? reader.header
            let plan = try plan(below: header)
            let place = header.firstIndex(of: plan.source) ?? 0
            for row in batch.rows {
                guard figure == nil else { throw problem("it has more than one row") }
                guard row.fault < 0, row.fieldCount == header.count else {
                    throw problem("its row cannot be read")
                }
                figure = try number(Array(batch.field(place, of: row)), as: plan)
            }
        }
        guard let figure else { throw problem("it has no row") }
        return figure
    }

    /// How the figure is read below a header that has it.
    private func plan(below header: [ExactText]) throws -> ValuePlan {
        let count = counted(header.count, "column")
        guard let plan = TableLayout(total, below: header).rows.plans.first else {
            throw problem("it has \(count), and `value` does not say which one")
        }
        guard header.contains(plan.source) else {
            let question = NearestNames(to: plan.source.text, among: header.texts).question
            throw problem("it has no column `\(plan.source)`\(question); it has \(count)")
        }
        return plan
    }

    private func number(_ bytes: [UInt8], as plan: ValuePlan) throws -> String {
        var trial = ValueTrial()
        try trial.add(plan)
        let text = String(decoding: bytes, as: UTF8.self).unicodeScalars
            .filter { !$0.properties.isWhitespace }
        guard trial.encoded(bytes.span, as: 0) != nil else {
            throw problem(text.isEmpty ? "it is empty" : "it is no decimal number")
        }
        return text.isEmpty ? "0" : String(text)
    }

    private func problem(_ words: String) -> LoadingError { .noFigure(total, words) }
}
