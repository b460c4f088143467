/// The keys of expectations.
extension Grammar {
    static let expect = Record.Key(
        name: "expect",
        shape: .record(expectations),
        summary: "What must hold before a load task commits."
    )

    static let dimensionExpect = Record.Key(
        name: "expect",
        shape: .record(dimensionExpectations),
        summary: "What must hold before a load task commits."
    )

    static let dimensionExpectations = Record(
        title: "expectations",
        keys: expectations.keys.filter { $0.name != "file" } + [
            .init(
                name: "expired",
                shape: .record(expiryBound),
                summary: "How many members may expire at once; default: 10%."
            )
        ],
        misplaced: ["file": "only periods of a fact wait for their files"]
    )

    static let expectations = Record(
        title: "expectations",
        keys: [
            .init(
                name: "rows",
                shape: .record(rowBounds),
                summary: "How many rows may be loaded; default: at least 1."
            ),
            .init(
                name: "rejects",
                shape: .record(rejectBound),
                summary: "How many rows may be rejected; default: a warning over a tenth."
            ),
            .init(
                name: "volume",
                shape: .record(volumeBand),
                summary: "How far the number of rows may be from what was loaded earlier."
            ),
            .init(
                name: "freshness",
                shape: .record(freshness),
                summary: "How old the newest row may be."
            ),
            .init(
                name: "totals",
                shape: .named(of: "total", .record(total)),
                summary: "Figures of the source with which the rows must agree, by name."
            ),
            .init(
                name: "file",
                shape: .choice([fileWords.awaited, fileWords.required]),
                standard: fileWords.awaited,
                summary: "Whether a period waits for its file, or is due and fails without it."
            ),
        ],
        misplaced: ["expired": "only members of a dimension expire"]
    )

    /// What becomes of a period without its file.
    static let fileWords = (awaited: "awaited", required: "required")

    static let expiryBound = Record(
        title: "the bound of expiry",
        keys: [
            .init(
                name: "max",
                shape: .share,
                isRequired: true,
                summary: "The largest share of the members that one load may expire."
            ),
            severity,
        ]
    )

    static let severity = Record.Key(
        name: "severity",
        shape: .choice(Expectations.Severity.allCases.map(\.rawValue)),
        standard: "fail",
        summary: "Whether the task fails when it does not hold, or only warns."
    )

    static let rowBounds = Record(
        title: "bounds",
        keys: bounds(of: "rows that are loaded").keys + [severity]
    )

    static let volumeBand = Record(
        title: "a band of volume",
        keys: [
            .init(
                name: "within",
                shape: .share,
                isRequired: true,
                summary: "How far the number of rows may be from the mean, as a share of it."
            ),
            .init(
                name: "of",
                shape: .integer,
                standard: "3",
                summary: "Of how many periods before the mean is."
            ),
            severity,
        ]
    )

    static let rejectBound = Record(
        title: "the bound of rejects",
        keys: [
            .init(
                name: "max",
                shape: .share,
                isRequired: true,
                summary: "The largest share of rows that may be rejected."
            ),
            severity,
        ]
    )

    static let freshness = Record(
        title: "an expectation of freshness",
        keys: [
            .init(
                name: "column",
                shape: .name,
                isRequired: true,
                summary: "The date or timestamp column that says how new a row is."
            ),
            .init(
                name: "within",
                shape: .text,
                isRequired: true,
                summary: "How old the newest row may be: `36 hours`, `2 days`."
            ),
            severity,
        ]
    )

    static let total = Record(
        title: "a total",
        keys: [
            .init(
                name: "column",
                shape: .name,
                summary: "The column whose values are added up; rows are counted without it."
            ),
            .init(
                name: "from",
                shape: .record(extract),
                isRequired: true,
                summary: "Where the source's figure is: one row."
            ),
            .init(
                name: "value",
                shape: .text,
                summary: "The column of that row with the figure; default: its only one."
            ),
            .init(
                name: "within",
                shape: .text,
                standard: "0",
                summary: "How far the two may be apart: `0.01`, `0.5%`."
            ),
            severity,
        ]
    )

    static func bounds(of what: String) -> Record {
        Record(
            title: "bounds",
            keys: [
                .init(name: "min", shape: .integer, summary: "The fewest \(what)."),
                .init(name: "max", shape: .integer, summary: "The most \(what)."),
            ]
        )
    }
}
