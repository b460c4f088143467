/// The keys of dimensions, facts and marts.
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
            limits,
            description,
            .init(
                name: "columns",
                shape: .named(of: "column", .variants([dimensionReference, dimensionColumn])),
                isRequired: true,
                summary: "The columns of the table."
            ),
            checks,
        ],
        misplaced: [
            "period": "only facts are loaded by period",
            "grain": "a dimension's rows are identified by its `key`",
            "expect": "only facts have expectations",
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
            limits,
            description,
            .init(
                name: "columns",
                shape: .named(of: "column", .variants([factReference, factColumn])),
                isRequired: true,
                summary: "The columns of the table."
            ),
            checks,
            .init(
                name: "expect",
                shape: .record(expectations),
                summary: "What must hold before a load task commits."
            ),
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

    static let expectations = Record(
        title: "expectations",
        keys: [
            .init(
                name: "rows",
                shape: .record(rowBounds),
                summary: "How many rows may be loaded; at least 1 unless said."
            ),
            .init(
                name: "rejects",
                shape: .record(rejectBound),
                summary: "How many rows may be rejected."
            ),
            .init(
                name: "volume",
                shape: .record(volumeBand),
                summary: "How far the number of rows may be from that of the periods before."
            ),
        ]
    )

    static let severity = Record.Key(
        name: "severity",
        shape: .choice(Expectations.Severity.allCases.map(\.rawValue)),
        summary: "Whether the task fails when it does not hold, or only warns; `fail` unless said."
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
                summary: "How many loaded periods before are taken; 3 unless said."
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

    static let mart = Record(
        title: "a mart",
        keys: [
            .init(
                name: "sql",
                shape: .text,
                isRequired: true,
                summary: "The file with its query, one SELECT."
            ),
            .init(
                name: "per",
                shape: .choice(["period", "whole"]),
                summary: "Whether it is computed anew for each period, or whole; whole unless said."
            ),
            .init(
                name: "reads",
                shape: .oneOrMore(.name),
                summary: "The facts, dimensions and marts it reads; found in the SQL unless said."
            ),
            pool,
            limits,
            description,
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
