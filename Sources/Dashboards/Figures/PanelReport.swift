package import Pipelines
import Words

/// What programs are told of a panel.
package struct PanelReport: Sendable, Encodable {
    private struct Column: Sendable, Encodable {
        let name: String
        let kind: PanelRows.Column.Kind
        let format: String
    }

    private let panel: String
    private let title: String
    private let columns: [Column]
    private let rows: [[String?]]
    private let isCut: Bool
    private let missing: [String]
    private let seal: Seal?
    private let period: String?
    private let error: String?

    /// What a panel's answer says.
    ///
    /// - Parameters:
    ///   - answer: The answer.
    ///   - today: The day that it is in the pipeline's zone.
    package init(_ answer: PanelAnswer, today: Day) {
        let figures = PanelFigures(answer, today: today)
        panel = answer.panel.id
        title = answer.panel.title.plain
        period = answer.choices.span?.text
        let formats: [ExactText: FigureFormat] =
            if case .table(let table) = answer.panel.kind {
                Dictionary(
                    table.columns.compactMap { column in
                        column.format.map { (ExactText(column.name), $0) }
                    },
                    uniquingKeysWith: { one, _ in one }
                )
            } else {
                [:]
            }
        columns = (figures?.rows.columns ?? [])
            .map { column in
                let own = formats[ExactText(column.name)] ?? answer.panel.format
                return Column(
                    name: column.name,
                    kind: column.kind,
                    format: column.kind == .number ? own.name : ""
                )
            }
        rows = figures?.rows.rows ?? []
        isCut = figures?.rows.isCut ?? false
        missing = figures?.missing ?? []
        seal = figures?.seal
        if case .failure(let failure) = answer.outcome {
            error = failure.description
        } else {
            error = nil
        }
    }
}
