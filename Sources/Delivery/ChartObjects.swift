import Charts
import Foundation
import Pipelines
import Planning
import Rasters

/// The pictures of an effect: one in each format, of the values that are its body.
///
/// What is stored is values, and no pictures: they are small, people can read them, and they are the same on every machine.
struct ChartObjects: EffectObjects {
    let plan: ChartPlan
    let name: String
    var converter = PNGConverter()

    /// Rows of twenty bytes that fill the most places and series have about as much.
    private static let longestBody = 16 << 20

    nonisolated(nonsending) func objects(of effect: Effect) async throws -> [EffectObject] {
        let values = effect.keyValues
        var objects = plan.formats.map { format in
            EffectObject(
                name: format.name(name).filled(with: values),
                type: format == .svg ? "image/svg+xml" : "image/png"
            )
        }
        guard effect.kind == .put else { return objects }
        guard effect.body.utf8.count <= Self.longestBody else {
            throw EffectPictures.refused(
                "chart.values",
                "its rows take more than \(Self.longestBody >> 20) MiB: group them in the query"
            )
        }
        try Task.checkCancellation()
        let svg = try picture(of: effect.body, title: KeyedName(plan.title).written(with: values))
        for (number, format) in plan.formats.enumerated() {
            objects[number].bytes =
                format == .svg
                ? Array(svg.utf8) : try await EffectPictures(converter: converter).png(of: svg)
        }
        return objects
    }

    // MARK: Drawing

    private func picture(of body: String, title: String) throws -> String {
        do {
            return try DrawnRows(body, plan).chart(title: title).svg()
        } catch let error as ChartError {
            throw EffectPictures.refused("chart.values", error.outline)
        }
    }
}

/// The rows of an effect's body: a list of x, the series where there is one, and the values, each as it is written.
private struct DrawnRows {
    private let rows: [[String?]]
    private let plan: ChartPlan

    init(_ body: String, _ plan: ChartPlan) throws {
        guard let rows = try? JSONDecoder().decode([[String?]].self, from: Data(body.utf8)),
            rows.allSatisfy({ $0.count == plan.columns.count })
        else {
            throw TargetError(
                "chart.values",
                "the values of a chart are not what the definition draws: load the pipeline again"
            )
        }
        (self.rows, self.plan) = (rows, plan)
    }

    func chart(title: String) throws -> Chart {
        let arranged = try ChartRows(
            try rows.flatMap(places),
            column: plan.y.joined(separator: ", "),
            absent: plan.absent
        )
        let isTime = if case .days = arranged.places { true } else { false }
        return try Chart(
            plan.kind,
            title: title,
            xTitle: isTime ? "" : plan.x,
            yTitle: plan.y.count == 1 ? plan.y[0] : "",
            format: plan.numbers,
            sideways: plan.isSideways,
            places: arranged.places,
            series: arranged.series
        )
    }

    /// A row for each of its values, which are series of their own where there are several.
    private func places(of row: [String?]) throws -> [ChartRows.Row] {
        let x = try text(row[0], plan.x)
        let series = try plan.series.map { try text(row[1], $0) }
        let several = plan.y.count > 1
        return zip(plan.y, row.suffix(plan.y.count))
            .map { name, value in
                ChartRows.Row(x: x, series: several ? name : series, y: value)
            }
    }

    private func text(_ text: String?, _ column: String) throws -> String {
        guard let text else {
            throw EffectPictures.refused(
                "chart.values",
                "`\(column)` of a row is null: leave such rows out in the query, or name them by `coalesce`"
            )
        }
        return text
    }
}
