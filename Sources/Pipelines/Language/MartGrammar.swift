/// The keys of marts and their tests.
extension Grammar {
    static let mart = Record(
        title: "a mart",
        keys: [
            query,
            .init(
                name: "per",
                shape: .choice(["period", "whole"]),
                standard: "whole",
                summary: "Whether it is computed anew for each period, or whole."
            ),
            reads,
            .init(
                name: "tests",
                shape: .list(.record(martTest)),
                summary: "What must hold of its rows before they are committed."
            ),
            pool,
            limits,
            description,
        ]
    )

    static let martTest = Record(
        title: "a test of a mart",
        keys: [
            .init(
                name: "unique",
                shape: .oneOrMore(.text),
                summary: "No two rows are equal in these columns."
            ),
            .init(
                name: "not_null",
                shape: .oneOrMore(.text),
                summary: "None of these columns is null."
            ),
            .init(
                name: "accepted_range",
                shape: .record(acceptedRange),
                summary: "A column lies between two values."
            ),
            .init(
                name: "accepted_values",
                shape: .record(acceptedValues),
                summary: "A column is one of a list."
            ),
            .init(
                name: "sql",
                shape: .text,
                summary: "The file with a query that must return no row."
            ),
            severity,
        ],
        alternatives: [["unique", "not_null", "accepted_range", "accepted_values", "sql"]]
    )

    private static let testedColumn = Record.Key(
        name: "column",
        shape: .text,
        isRequired: true,
        summary: "The column that is tested."
    )

    static let acceptedRange = Record(
        title: "an accepted range",
        keys: [
            testedColumn,
            .init(name: "min", shape: .text, summary: "The smallest value."),
            .init(name: "max", shape: .text, summary: "The largest value."),
        ]
    )

    static let acceptedValues = Record(
        title: "a list of accepted values",
        keys: [
            testedColumn,
            .init(
                name: "values",
                shape: .list(.text),
                isRequired: true,
                summary: "The values that are allowed."
            ),
        ]
    )
}
