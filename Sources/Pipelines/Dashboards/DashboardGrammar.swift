internal import Charts

/// The keys of dashboards.
extension Grammar {
    static let dashboard = Record(
        title: "a dashboard",
        keys: [
            .init(
                name: "dashboard",
                shape: .name,
                isRequired: true,
                summary: "Its name: a part of its address."
            ),
            .init(name: "title", shape: .text, summary: "What stands on top; default: its name."),
            description,
            .init(name: "money", shape: .text, summary: "The currency of its money: `COP`."),
            filters,
            .init(
                name: "queries",
                shape: .named(of: "query", .text),
                summary: "SQL that several panels show, by name."
            ),
            panels,
            .init(
                name: "tabs",
                shape: .titled(of: "tab", .record(tab)),
                summary: "Panels that are shown together, by the tab's title."
            ),
            .init(
                name: "alerts",
                shape: .list(.record(dashboardAlert)),
                summary: "What is said on top while a condition holds."
            ),
            .init(name: "access", shape: .record(access), summary: "Who may see it."),
        ],
        alternatives: [["panels", "tabs"]]
    )

    private static let filters = Record.Key(
        name: "filters",
        shape: .named(of: "filter", .record(filter)),
        summary: "What can be chosen, by the name that SQL has for it."
    )

    private static let panels = Record.Key(
        name: "panels",
        shape: .list(.variants(panelKinds)),
        summary: "What is shown, in the order of reading."
    )

    static let tab = Record(title: "a tab", keys: [filters, panels])

    static let filter = Record(
        title: "a filter",
        keys: [
            .init(
                name: "type",
                shape: .choice(["months", "days", "choice"]),
                isRequired: true,
                summary: "What is chosen: a span of time, or values of a query."
            ),
            .init(name: "title", shape: .text, summary: "What people read; default: its name."),
            .init(
                name: "default",
                shape: .either(text: .text, mapping: .record(span)),
                summary: "The span of time that is shown unasked: `last 12 months`."
            ),
            .init(
                name: "of",
                shape: .text,
                summary:
                    "The SQL whose first column has the values; its second has what people read."
            ),
            .init(
                name: "many",
                shape: .boolean,
                standard: "false",
                summary: "Whether several can be chosen: SQL has them as an array."
            ),
        ]
    )

    static let span = Record(
        title: "a span of time",
        keys: [
            .init(name: "first", shape: .text, isRequired: true, summary: "The first period."),
            .init(name: "last", shape: .text, isRequired: true, summary: "The last period."),
        ]
    )

    static let dashboardAlert = Record(
        title: "an alert of a dashboard",
        keys: [
            .init(
                name: "when",
                shape: .text,
                isRequired: true,
                summary: "The condition: `\"{share(pending, 4)} > 60 %\"`."
            ),
            .init(
                name: "panel",
                shape: .text,
                isRequired: true,
                summary: "The title of the panel whose rows it is about."
            ),
            .init(name: "say", shape: .text, isRequired: true, summary: "What is said."),
        ]
    )

    static let access = Record(
        title: "access",
        keys: [
            .init(
                name: "readers",
                shape: .list(.text),
                summary: "The groups that may see it; default: everybody who may see dashboards."
            ),
            .init(
                name: "export",
                shape: .list(.text),
                summary: "The groups that may take its figures away; default: who may see it."
            ),
        ]
    )
}

// MARK: - Panels

extension Grammar {
    static let panelKinds = [
        textPanel, bigPanel, barsPanel, linePanel, areaPanel, tablePanel, heatPanel, otherPanel,
    ]

    static let panelMarkers = ["big", "bars", "line", "area", "table", "heat", "text"]

    private static func title(_ name: String, _ summary: String) -> Record.Key {
        .init(name: name, shape: .text, isRequired: true, summary: summary)
    }

    private static let shownQuery: [Record.Key] = [
        .init(name: "query", shape: .name, summary: "The query that it shows, by name."),
        .init(name: "sql", shape: .text, summary: "The SQL that it shows."),
    ]

    private static let width = Record.Key(
        name: "width",
        shape: .integer,
        standard: "12",
        summary: "The columns of twelve that it takes."
    )

    private static let note = Record.Key(
        name: "note",
        shape: .text,
        summary: "A sentence below it, with figures: `{sum(amount)|money}`."
    )

    private static let format = Record.Key(
        name: "format",
        shape: .choice(FigureFormat.names),
        standard: "plain",
        summary: "How its numbers are written."
    )

    private static let publish = Record.Key(
        name: "publish",
        shape: .record(publication),
        summary: "Where it is kept as files, anew after each load that has changed it."
    )

    static let publication = Record(
        title: "a published panel",
        keys: [
            .init(
                name: "source",
                shape: .name,
                isRequired: true,
                summary: "The source of the pipeline that says where it is, one of `s3`."
            ),
            .init(
                name: "object",
                shape: .text,
                isRequired: true,
                summary: "An object's name; `{format}` is `csv`, `json`, `svg` or `png`."
            ),
            .init(
                name: "format",
                shape: .oneOrMore(.choice(PanelFormat.allCases.map(\.rawValue))),
                isRequired: true,
                summary: "What is made of it; pictures are there of charts alone."
            ),
            wait, pool, description,
        ]
    )

    private static let onlyOne = [["query", "sql"]]

    static let textPanel = Record(
        title: "a text",
        marker: "text",
        keys: [title("text", "Sentences with figures: `{sum(amount)|money}`.")] + shownQuery
            + [format, width],
        alternatives: onlyOne
    )

    static let bigPanel = Record(
        title: "a large figure",
        marker: "big",
        keys: [title("big", "What stands on top.")] + shownQuery + [
            .init(
                name: "value",
                shape: .texts,
                isRequired: true,
                summary:
                    "The figure and its row: `{ paid + pending: last, format: money, of: total }`."
            ),
            .init(
                name: "against",
                shape: .record(against),
                summary: "What it is compared with."
            ),
            .init(
                name: "spark",
                shape: .choice(BigFigure.Spark.allCases.map(\.rawValue)),
                summary: "How the rows before it are drawn."
            ),
            note, publish, width,
        ],
        alternatives: onlyOne
    )

    static let against = Record(
        title: "a comparison",
        keys: [
            .init(
                name: "previous",
                shape: .integer,
                standard: "1",
                summary: "How many rows before."
            ),
            .init(
                name: "as",
                shape: .choice(["percent", "difference"]),
                standard: "percent",
                summary: "How the difference is told."
            ),
            .init(
                name: "good",
                shape: .choice(["up", "down"]),
                summary: "Whether more is better, or less."
            ),
        ]
    )

    private static let x = Record.Key(
        name: "x",
        shape: .either(text: .text, mapping: .named(of: "column", .texts)),
        isRequired: true,
        summary: "The column of the x axis; words for its values: `{ bucket: { 0: new } }`."
    )

    private static let y = Record.Key(
        name: "y",
        shape: .either(text: .text, mapping: .named(of: "column", .text)),
        summary: "The columns with values, and what they are called: `{ paid: Paid }`."
    )

    private static let stack = Record.Key(
        name: "stack",
        shape: .texts,
        summary:
            "Values on top of each other: `{ paid: Paid }` or `{ by: kind, y: amount, most: 4 }`."
    )

    private static let series = Record.Key(
        name: "series",
        shape: .texts,
        summary: "A series for each value of a column: `{ by: name, y: amount, most: 4 }`."
    )

    private static let hover = Record.Key(
        name: "hover",
        shape: .list(.text),
        summary: "The columns that are told beside a place; default: those that are drawn."
    )

    private static let target = Record.Key(
        name: "target",
        shape: .record(targetRecord),
        summary: "What a value should be."
    )

    static let targetRecord = Record(
        title: "a target",
        keys: [
            .init(name: "value", shape: .text, isRequired: true, summary: "The number."),
            .init(
                name: "spread",
                shape: .choice(["evenly", "none"]),
                standard: "none",
                summary: "Whether an equal part of it belongs to each place."
            ),
            .init(
                name: "name",
                shape: .text,
                standard: "target",
                summary: "What it is called."
            ),
        ]
    )

    static let barsPanel = Record(
        title: "bars",
        marker: "bars",
        keys: [title("bars", "What stands on top.")] + shownQuery + [
            x, y, stack,
            .init(
                name: "sideways",
                shape: .boolean,
                standard: "false",
                summary: "Whether bars go from left to right, which has room for long names."
            ),
            format, hover, note, publish, width,
        ],
        alternatives: onlyOne + [["y", "stack"]]
    )

    static let linePanel = Record(
        title: "a line",
        marker: "line",
        keys: [title("line", "What stands on top.")] + shownQuery + [
            x, y, series,
            .init(
                name: "cumulative",
                shape: .boolean,
                standard: "false",
                summary: "Whether a value is the sum of all until then."
            ),
            target, format, hover, note, publish, width,
        ],
        alternatives: onlyOne + [["y", "series"]]
    )

    static let areaPanel = Record(
        title: "an area",
        marker: "area",
        keys: [title("area", "What stands on top.")] + shownQuery + [
            x, y, stack, format, hover, note, publish, width,
        ],
        alternatives: onlyOne + [["y", "stack"]]
    )

    static let tablePanel = Record(
        title: "a table of a dashboard",
        marker: "table",
        keys: [title("table", "What stands on top.")] + shownQuery + [
            .init(
                name: "columns",
                shape: .named(of: "column", .record(tableColumn)),
                summary: "How columns are shown, by their name in the query."
            ),
            .init(
                name: "rows",
                shape: .integer,
                standard: "10",
                summary: "The rows that are shown at first."
            ),
            note, publish, width,
        ],
        alternatives: onlyOne
    )

    static let tableColumn = Record(
        title: "a column of a table",
        keys: [
            .init(name: "title", shape: .text, summary: "Its head."),
            .init(
                name: "link",
                shape: .text,
                summary: "Where its values lead: a path of the console, with `{column}`."
            ),
            .init(
                name: "format",
                shape: .choice(FigureFormat.names),
                summary: "How its values are written."
            ),
            .init(
                name: "bar",
                shape: .boolean,
                standard: "false",
                summary: "Whether a bar shows how large a value is."
            ),
            .init(
                name: "colour",
                shape: .list(.record(colour)),
                summary: "When a value is coloured; the first that holds counts."
            ),
            .init(
                name: "good",
                shape: .choice(["up", "down"]),
                summary: "Whether a positive number is good, or a negative one."
            ),
        ]
    )

    static let colour = Record(
        title: "a colour",
        keys: [
            .init(name: "below", shape: .text, summary: "The number that a value is below."),
            .init(name: "above", shape: .text, summary: "The number that a value is above."),
            .init(
                name: "as",
                shape: .choice(PanelTable.Column.Meaning.allCases.map(\.rawValue)),
                isRequired: true,
                summary: "What it means."
            ),
        ],
        alternatives: [["below", "above"]]
    )

    static let heatPanel = Record(
        title: "a heat map",
        marker: "heat",
        keys: [title("heat", "What stands on top.")] + shownQuery + [
            x,
            .init(
                name: "y",
                shape: .either(text: .text, mapping: .named(of: "column", .texts)),
                isRequired: true,
                summary: "The column from top to bottom; words for its values."
            ),
            .init(
                name: "value",
                shape: .texts,
                isRequired: true,
                summary: "The column that is coloured, and its format: `{ amount: money.short }`."
            ),
            note, publish, width,
        ],
        alternatives: onlyOne
    )

    /// What has none of the keys that say what it is.
    static let otherPanel = Record(
        title: "a panel",
        keys: panelMarkers.map {
            .init(name: $0, shape: .text, summary: "What it is.")
        } + shownQuery + [x, y, stack, series, hover, target, format, note, publish, width],
        alternatives: [panelMarkers]
    )
}
