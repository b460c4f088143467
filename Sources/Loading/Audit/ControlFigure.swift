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
        _ = try column(in: reader.header)
        var figure: String?
        while let batch = try await reader.next() {
            let header = batch.columns ?? reader.header
            let place = try column(in: header)
            for row in batch.rows {
                guard figure == nil else { throw problem("it has more than one row") }
                guard row.fault < 0, row.fieldCount == header.count else {
                    throw problem("its row cannot be read")
                }
                figure = try number(String(decoding: batch.field(place, of: row), as: UTF8.self))
            }
        }
        guard let figure else { throw problem("it has no row") }
        return figure
    }

    private func column(in header: [String]) throws -> Int {
        let count = counted(header.count, "column")
        guard let name = total.value else {
            guard header.count == 1 else {
                throw problem("it has \(count), and `value` does not say which one")
            }
            return 0
        }
        guard let place = header.firstIndex(of: name) else {
            let question = NearestNames(to: name, among: header).question
            throw problem("it has no column `\(name)`\(question); it has \(count)")
        }
        return place
    }

    /// A sum over no rows is null in SQL, and means 0; an empty cell of a file means nothing.
    private func number(_ text: String) throws -> String {
        let trimmed = text.split(separator: " ").joined(separator: " ")
        if trimmed.isEmpty, !total.extract.readsObjects { return "0" }
        guard trimmed.wholeMatch(of: #/[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)/#) != nil else {
            throw problem(trimmed.isEmpty ? "it is empty" : "it is no decimal number")
        }
        return trimmed
    }

    private func problem(_ words: String) -> LoadingError { .noFigure(total, words) }
}
