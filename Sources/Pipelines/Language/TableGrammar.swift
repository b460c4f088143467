/// The keys of dimensions and facts.
extension Grammar {
    static let dimension = Record(
        title: "a dimension",
        keys: [
            .init(
                name: "from",
                shape: .record(extract),
                isRequired: true,
                summary: "What is read."
            ),
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
            pool,
            description,
            .init(
                name: "columns",
                shape: .named(of: "column", .variants([dimensionReference, dimensionColumn])),
                isRequired: true,
                summary: "The columns of the table."
            ),
            checks,
            expect,
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
        ]
    )

    static let calendar = Record(
        title: "a calendar",
        keys: [
            .init(name: "from", shape: .text, isRequired: true, summary: "The first day."),
            .init(name: "to", shape: .text, isRequired: true, summary: "The last day."),
        ]
    )

    static let fact = Record(
        title: "a fact",
        keys: [
            .init(
                name: "from",
                shape: .record(extract),
                isRequired: true,
                summary: "What is read."
            ),
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
                summary: "What happens to rows with the same grain and other values."
            ),
            pool,
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
