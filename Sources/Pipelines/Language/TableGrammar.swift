/// The keys of dimensions and facts.
extension Grammar {
    private static let from = Record.Key(
        name: "from",
        shape: .record(extract),
        isRequired: true,
        summary: "What is read."
    )

    static let dimension = Record(
        title: "a dimension",
        keys: [
            from,
            .init(
                name: "key",
                shape: .oneOrMore(.name),
                isRequired: true,
                summary: "The columns that are the business key."
            ),
            .init(
                name: "effective",
                shape: .name,
                summary: "The date or timestamp column that orders a row's versions."
            ),
            .init(
                name: "on_missing",
                shape: .choice(["keep", "expire"]),
                standard: "keep",
                summary:
                    "What happens to members that the source, a full snapshot, has no more."
            ),
            pool,
            limits,
            description,
            .init(
                name: "columns",
                shape: .named(of: "column", .variants([dimensionReference, dimensionColumn])),
                isRequired: true,
                summary: "The columns of the table."
            ),
            checks,
            dimensionExpect,
        ],
        misplaced: [
            "period": "only facts are loaded by period",
            "grain": "a dimension's rows are identified by its `key`",
        ]
    )

    static let calendarDimension = Record(
        title: "a dimension with a calendar",
        marker: "calendar",
        keys: [
            .init(
                name: "calendar",
                shape: .record(calendar),
                isRequired: true,
                summary: "Every day from the first to the last, with the usual columns."
            ),
            pool,
            description,
        ],
        misplaced: [
            "from": "a calendar is made, not read",
            "columns": "a calendar brings its own columns",
            "checks": "a calendar is made, not read",
            "expect": "a calendar is made, not read",
            "key": "a calendar's key is its column `date`",
            "on_missing": "a calendar is made, not read",
        ]
    )

    static let calendar = Record(
        title: "a calendar",
        keys: [
            .init(name: "from", shape: .text, isRequired: true, summary: "The first day."),
            .init(name: "to", shape: .text, isRequired: true, summary: "The last day."),
            .init(
                name: "fiscal_year_start",
                shape: .integer,
                standard: "1",
                summary: "The month in which fiscal years begin, 1 to 12."
            ),
            .init(
                name: "holidays",
                shape: .record(holidays),
                summary: "Where holidays are read from: columns `date`, `name`, perhaps `region`."
            ),
        ]
    )

    static let holidays = Record(
        title: "holidays",
        keys: extract.keys + [
            .init(
                name: "region",
                shape: .text,
                summary:
                    "The region whose holidays count, beside those without one; default: all."
            )
        ],
        alternatives: extract.alternatives
    )

    static let fact = Record(
        title: "a fact",
        keys: [
            from,
            .init(
                name: "period",
                shape: .name,
                summary:
                    "The column that places a row in a period; the fact is loaded whole without it."
            ),
            .init(
                name: "grain",
                shape: .oneOrMore(.name),
                isRequired: true,
                summary: "The columns and references that identify a row."
            ),
            .init(
                name: "duplicates",
                shape: .choice(Fact.Duplicates.allCases.map(\.rawValue)),
                standard: "reject",
                summary: "What happens to rows with the same grain and other values."
            ),
            .init(
                name: "load",
                shape: .choice(Fact.Loading.allCases.map(\.rawValue)),
                standard: "replace",
                summary: "What a load does with the rows that are there."
            ),
            .init(
                name: "late",
                shape: .choice(Fact.Late.allCases.map(\.rawValue)),
                standard: "reject",
                summary: "What happens to rows of an earlier period."
            ),
            .init(
                name: "reload",
                shape: .choice(Fact.Reload.allCases.map(\.rawValue)),
                standard: "delete",
                summary:
                    "How the rows of a period that is there are replaced."
            ),
            pool,
            limits,
            description,
            .init(
                name: "columns",
                shape: .named(of: "column", .variants([factReference, factColumn])),
                isRequired: true,
                summary: "The columns of the table."
            ),
            checks,
            expect,
        ],
        misplaced: [
            "key": "a fact's rows are identified by its `grain`",
            "effective": "only dimensions have versions",
        ]
    )

    private static let checks = Record.Key(
        name: "checks",
        shape: .named(of: "check", .text),
        summary: "Conditions over a row's columns, by name; a row that breaks one is rejected."
    )
}
