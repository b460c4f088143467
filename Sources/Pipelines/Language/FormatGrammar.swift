/// The keys of how files are written.
enum FormatGrammar {
    /// Those of CSV.
    static let csv: [Record.Key] = [
        .init(
            name: "delimiter",
            shape: .text,
            standard: ",",
            summary: "The character between the fields of a CSV file."
        ),
        .init(
            name: "encoding",
            shape: .encoding,
            standard: "utf-8",
            summary: "The text encoding of a CSV file, or of one of fixed width."
        ),
        .init(
            name: "columns",
            shape: .list(.text),
            summary: "The names of the columns of a CSV file without a header, in their order."
        ),
        .init(
            name: "skip",
            shape: .either(text: .integer, mapping: .record(skippedLines)),
            summary: "How many lines at the beginning, before a header, are no rows."
        ),
        .init(
            name: "nulls",
            shape: .oneOrMore(.text),
            summary:
                "Words that mean nothing where they are a whole field of a CSV file, or of one of fixed width."
        ),
        .init(
            name: "quote",
            shape: .choice(["double", "none"]),
            standard: "double",
            summary: "Whether double quotes enclose fields of a CSV file."
        ),
        .init(
            name: "escape",
            shape: .choice(["none", "backslash"]),
            standard: "none",
            summary: "Whether a backslash in a CSV file makes data of the character behind it."
        ),
    ]

    /// Those of files of fixed width alone.
    static let fixed: [Record.Key] = [
        .init(
            name: "widths",
            shape: .texts,
            summary:
                "The columns of a file of fixed width from left to right, each with its characters."
        ),
        .init(
            name: "trimmed",
            shape: .boolean,
            standard: "false",
            summary:
                "Whether blanks at the ends of lines of a file of fixed width may have been cut off."
        ),
    ]

    /// What becomes of objects of JSON, be they of a file, a database or an API.
    static let shape: [Record.Key] = [
        .init(
            name: "expand",
            shape: .text,
            summary: "An array of which each element makes a row of its own."
        ),
        .init(
            name: "fields",
            shape: .texts,
            summary: "What is computed of a row's object before its columns are read."
        ),
    ]

    /// Those of CSV that files of fixed width have, too.
    static let shared = ["encoding", "skip", "nulls"]

    private static let skippedLines = Record(
        title: "the lines that are skipped",
        keys: [
            .init(
                name: "before",
                shape: .integer,
                standard: "0",
                summary: "Lines before the header, or before the first row."
            ),
            .init(
                name: "after",
                shape: .integer,
                standard: "0",
                summary: "Lines at the end that are no rows; blank ones do not count."
            ),
        ]
    )
}
