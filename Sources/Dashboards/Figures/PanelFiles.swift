import Charts
import Extraction
import Foundation

/// The figures of a panel as texts of files.
package struct PanelFiles: Sendable {
    private let figures: PanelFigures

    /// The files of figures.
    package init(_ figures: PanelFigures) { self.figures = figures }

    /// All rows as CSV (RFC 4180); what a spreadsheet would compute is text in it.
    package var csv: [UInt8] {
        let rows = figures.rows
        let lines = [rows.columns.map { Optional($0.name) }] + rows.rows
        return lines.flatMap { line in
            let fields = line.map {
                CSVField.written(SpreadsheetCell.defused(Array(($0 ?? "").utf8)))
            }
            return Array(fields.joined(separator: [UInt8(ascii: ",")])) + Array("\r\n".utf8)
        }
    }

    /// The picture as SVG; `nil` where the panel is no picture.
    ///
    /// - Throws: `ChartError` where its rows cannot be drawn.
    package var svg: String? {
        get throws(ChartError) {
            try figures.chart?.get().svg(ChartStyle(width: 960, height: 480))
        }
    }

    /// A report as JSON whose members stand in the order of their names.
    static func json(_ report: PanelReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
    }
}
