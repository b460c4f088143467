import Charts
import Dashboards
import Extraction
import Inquiry
import Listening
import Rasters

/// The figures of a panel as files.
enum PanelFile: String, CaseIterable {
    case csv
    case svg
    case png

    /// A panel's id with the ending of a file, cut in two; `nil` where it has no such ending.
    static func split(_ text: String) -> (id: String, file: PanelFile)? {
        for file in allCases where text.hasSuffix("." + file.rawValue) {
            return (String(text.dropLast(file.rawValue.count + 1)), file)
        }
        return nil
    }

    /// The file; `nil` where the panel is no picture.
    func response(_ figures: PanelFigures, named name: String) async throws -> WebResponse? {
        var response: WebResponse
        switch self {
        case .csv:
            response = WebResponse(200, Self.sheet(figures.rows), type: "text/csv; charset=utf-8")
        case .svg:
            guard let svg = Self.picture(figures) else { return nil }
            response = WebResponse(200, Array(svg.utf8), type: "image/svg+xml")
        case .png:
            guard let svg = Self.picture(figures) else { return nil }
            let png = try await PNGConverter().png(svg, scale: 2)
            response = WebResponse(200, png, type: "image/png")
        }
        response.add("Content-Disposition", "attachment; filename=\"\(name).\(rawValue)\"")
        return response
    }

    private static func picture(_ figures: PanelFigures) -> String? {
        guard case .success(let chart)? = figures.chart else { return nil }
        return chart.svg(ChartStyle(width: 960, height: 480))
    }

    /// All rows as CSV (RFC 4180); what a spreadsheet would compute is text in it.
    private static func sheet(_ rows: PanelRows) -> [UInt8] {
        let lines = [rows.columns.map { Optional($0.name) }] + rows.rows
        return lines.flatMap { line in
            let fields = line.map {
                CSVField.written(SpreadsheetCell.defused(Array(($0 ?? "").utf8)))
            }
            return Array(fields.joined(separator: [UInt8(ascii: ",")])) + Array("\r\n".utf8)
        }
    }
}
