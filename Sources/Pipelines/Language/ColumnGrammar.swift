internal import Rows
internal import Values

/// The keys of columns and of cleaning.
extension Grammar {
    static let factColumn = Record(
        title: "a column",
        keys: valueKeys,
        misplaced: referenceOnly.merging(["scd": noVersionsInFacts]) { $1 }
    )

    static let dimensionColumn = Record(
        title: "a column",
        keys: valueKeys + [change],
        misplaced: referenceOnly
    )

    static let factReference = Record(
        title: "a reference",
        marker: "references",
        keys: referenceKeys,
        misplaced: valueOnly.merging(["scd": noVersionsInFacts]) { $1 }
    )

    static let dimensionReference = Record(
        title: "a reference",
        marker: "references",
        keys: referenceKeys + [change],
        misplaced: valueOnly
    )

    private static let noVersionsInFacts =
        "only a dimension's rows have versions; a fact is replaced"

    private static let referenceOnly = [
        "missing": "`missing` belongs to a column with `references`"
    ]

    private static let valueOnly = Dictionary(
        uniqueKeysWithValues: valueKeys.map(\.name)
            .filter { name in
                !referenceKeys.contains { $0.name == name }
            }
            .map { ($0, "a reference is read as the dimension's key is: set it there") }
    )

    private static let change = Record.Key(
        name: "scd",
        shape: .choice(ChangeType.allCases.map { String($0.rawValue) }),
        standard: "1",
        summary: "What a changed value does: 0 stays, 1 is overwritten, 2 begins a new version."
    )

    private static let referenceKeys: [Record.Key] = [
        .init(
            name: "references",
            shape: .name,
            isRequired: true,
            summary: "The dimension it points to."
        ),
        .init(
            name: "from",
            shape: .oneOrMore(.text),
            isRequired: true,
            summary:
                "The source's columns with the business key, in the order of the dimension's key."
        ),
        .init(
            name: "missing",
            shape: .choice(MissingMember.allCases.map(\.rawValue)),
            standard: "reject",
            summary:
                "What happens to a row whose key the dimension does not know."
        ),
        index,
        description,
    ]

    private static let valueKeys: [Record.Key] = [
        .init(
            name: "type",
            shape: .type,
            isRequired: true,
            summary: "How the text is read: text, integer, decimal(p,s), float, boolean, date, …"
        ),
        .init(
            name: "from",
            shape: .text,
            summary: "The source's column; default: the column's own name."
        ),
        .init(
            name: "expression",
            shape: .text,
            summary: "What the value is computed from, in place of a column of the source."
        ),
        .init(
            name: "required",
            shape: .boolean,
            standard: "false",
            summary: "Whether a null is rejected."
        ),
        .init(
            name: "unique",
            shape: .boolean,
            standard: "false",
            summary: "Whether a value that another row of the load task has is rejected."
        ),
        .init(name: "clean", shape: .list(cleaningStep), summary: "Steps of cleaning, in order."),
        .init(name: "min", shape: .text, summary: "The smallest value."),
        .init(name: "max", shape: .text, summary: "The largest value."),
        .init(name: "one_of", shape: .list(.text), summary: "The texts that are allowed."),
        .init(
            name: "matches",
            shape: .text,
            summary: "A regular expression for the whole cleaned text."
        ),
        .init(
            name: "length",
            shape: .either(text: .integer, mapping: .record(bounds(of: "characters"))),
            summary: "How many characters the cleaned text has."
        ),
        .init(
            name: "format",
            shape: .text,
            summary: "How a date or timestamp is written: `dd/MM/yyyy`."
        ),
        .init(name: "zone", shape: .text, summary: "The time zone of a timestamp."),
        .init(
            name: "dst",
            shape: .either(text: localTimeRule, mapping: .record(clockChanges)),
            summary: "Which instant a local time is where clocks are set forward or back."
        ),
        .init(
            name: "round",
            shape: .choice(Rounding.allCases.map(\.rawValue)),
            standard: "refuse",
            summary: "What happens to digits behind a decimal's scale."
        ),
        .init(
            name: "point",
            shape: .text,
            standard: ".",
            summary: "The character before a number's fraction."
        ),
        .init(
            name: "thousands",
            shape: .text,
            summary: "The character between a number's groups of three digits."
        ),
        .init(
            name: "exponent",
            shape: .boolean,
            standard: "false",
            summary: "Whether an integer or decimal may have an exponent: `1.5e3`."
        ),
        .init(
            name: "trailing_minus",
            shape: .boolean,
            standard: "false",
            summary: "Whether a number's minus may stand behind it: `12.50-`."
        ),
        index,
        description,
    ]

    private static let index = Record.Key(
        name: "index",
        shape: .boolean,
        standard: "false",
        summary: "Whether the table has an index on the column."
    )

    private static let localTimeRule = Shape.choice(LocalTimeRule.allCases.map(\.rawValue))

    private static let clockChanges = Record(
        title: "the treatment of clock changes",
        keys: [
            .init(
                name: "gap",
                shape: localTimeRule,
                standard: "reject",
                summary: "What a time is that clocks skip."
            ),
            .init(
                name: "overlap",
                shape: localTimeRule,
                standard: "earlier",
                summary: "What a time is that clocks show twice."
            ),
        ]
    )

    /// The steps of cleaning without arguments.
    static let cleaningWords: [(name: String, step: CleaningStep)] = [
        ("trim", .trim), ("squeeze", .squeeze), ("upper", .upper), ("lower", .lower),
        ("title", .title), ("digits", .digits),
    ]

    private static let cleaningStep = Shape.either(
        text: .choice(cleaningWords.map(\.name)),
        mapping: .record(
            Record(
                title: "a step of cleaning",
                keys: [
                    .init(
                        name: "null_if",
                        shape: .oneOrMore(.text),
                        summary: "Texts that mean null."
                    ),
                    .init(name: "replace", shape: .texts, summary: "Texts and what replaces them."),
                    .init(name: "default", shape: .text, summary: "The text that replaces a null."),
                ],
                alternatives: [["null_if", "replace", "default"]]
            )
        )
    )
}
