import Dashboards
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
        let files = PanelFiles(figures)
        var response: WebResponse
        switch self {
        case .csv:
            response = WebResponse(200, files.csv, type: "text/csv; charset=utf-8")
        case .svg:
            guard let svg = try? files.svg else { return nil }
            response = WebResponse(200, Array(svg.utf8), type: "image/svg+xml")
        case .png:
            guard let svg = try? files.svg else { return nil }
            let png = try await PNGConverter().png(svg, scale: 2)
            response = WebResponse(200, png, type: "image/png")
        }
        response.add("Content-Disposition", "attachment; filename=\"\(name).\(rawValue)\"")
        return response
    }
}
