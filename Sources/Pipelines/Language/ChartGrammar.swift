internal import Charts

/// The keys of charts.
extension Grammar {
    static let chart = Record(
        title: "a chart",
        keys: [
            query,
            .init(
                name: "kind",
                shape: .choice(Chart.Kind.allCases.map(\.rawValue)),
                isRequired: true,
                summary: "How values are drawn."
            ),
            .init(
                name: "x",
                shape: .text,
                isRequired: true,
                summary: "The column with the places of the x axis: names, or days."
            ),
            .init(
                name: "y",
                shape: .oneOrMore(.text),
                isRequired: true,
                summary: "The columns with the values; each of several is a series."
            ),
            .init(
                name: "series",
                shape: .text,
                summary: "The column with the names of the series."
            ),
            .init(
                name: "key",
                shape: .oneOrMore(.text),
                summary:
                    "The columns whose values have a chart each; default: one chart of all rows."
            ),
            .init(
                name: "to",
                shape: .record(chartTarget),
                isRequired: true,
                summary: "Where the charts go."
            ),
            .init(
                name: "title",
                shape: .text,
                summary: "What stands on top; `{column}` is a value of the key."
            ),
            .init(
                name: "numbers",
                shape: .choice(NumberFormat.named.map(\.name)),
                standard: "plain",
                summary: "How numbers are written."
            ),
            .init(
                name: "absent",
                shape: .choice(ChartRows.Absent.allCases.map(\.rawValue)),
                standard: "gap",
                summary: "What a series has at a place of which it has no row."
            ),
            .init(
                name: "sideways",
                shape: .boolean,
                standard: "false",
                summary: "Whether bars go from left to right, which has room for long names."
            ),
            .init(
                name: "format",
                shape: .oneOrMore(.choice(ChartFormat.allCases.map(\.rawValue))),
                standard: "svg",
                summary: "What is made of each chart."
            ),
            .init(
                name: "missing",
                shape: .choice(["keep", "delete"]),
                standard: "keep",
                summary: "What becomes of a chart whose key has no row any more."
            ),
        ] + deliveryKeys
    )

    static let chartTarget = Record(
        title: "the target of a chart",
        keys: [
            .init(
                name: "source",
                shape: .name,
                isRequired: true,
                summary: "The source that says where it is, one of `s3`."
            ),
            .init(
                name: "object",
                shape: .text,
                isRequired: true,
                summary:
                    "An object's name; `{column}` is a value of the key, `{format}` is `svg` or `png`."
            ),
        ]
    )
}
