/// Every key of the definition language.
enum Grammar {
    /// The whole definition.
    static let pipeline = Record(
        title: "a pipeline",
        keys: [
            .init(
                name: "pipeline",
                shape: .name,
                isRequired: true,
                summary: "The pipeline's name: what commands call it."
            ),
            description,
            .init(
                name: "warehouse",
                shape: .record(warehouse),
                summary: "Where the tables are kept."
            ),
            .init(
                name: "zone",
                shape: .text,
                standard: "UTC",
                summary: "The time zone of timestamps without an offset."
            ),
            .init(
                name: "period",
                shape: .record(period),
                summary: "How facts are cut into periods."
            ),
            limits,
            .init(
                name: "parameters",
                shape: .named(of: "parameter", .record(parameter)),
                summary: "Values that can be given to a load; written ${name} where they are used."
            ),
            .init(
                name: "sources",
                shape: .named(of: "source", .record(source)),
                summary: "Where rows come from."
            ),
            .init(
                name: "dimensions",
                shape: .named(of: "dimension", .variants([calendarDimension, dimension])),
                summary: "The dimension tables."
            ),
            .init(
                name: "facts",
                shape: .named(of: "fact", .record(fact)),
                summary: "The fact tables."
            ),
            .init(
                name: "marts",
                shape: .named(of: "mart", .record(mart)),
                summary: "Tables computed by SQL from facts and dimensions."
            ),
        ]
    )

    static let description = Record.Key(
        name: "description",
        shape: .text,
        summary: "A sentence for people."
    )

    static let pool = Record.Key(
        name: "pool",
        shape: .name,
        standard: "default",
        summary: "The queue its tasks go to."
    )

    static let limits = Record.Key(
        name: "limits",
        shape: .record(timeLimits),
        summary: "How long an attempt at a load task may take."
    )

    static let timeLimits = Record(
        title: "time limits",
        keys: [
            .init(
                name: "idle",
                shape: .duration,
                standard: "5 min",
                summary: "How long the source may give nothing."
            ),
            .init(
                name: "total",
                shape: .duration,
                standard: "25 min",
                summary: "How long the whole attempt may take."
            ),
        ]
    )

    static let warehouse = Record(
        title: "the warehouse",
        keys: [
            .init(
                name: "schema",
                shape: .name,
                summary: "The Postgres schema of the tables; the pipeline's name unless said."
            )
        ]
    )

    static let period = Record(
        title: "the period",
        keys: [
            .init(
                name: "grain",
                shape: .choice(PeriodGrain.allCases.map(\.rawValue)),
                isRequired: true,
                summary: "The length of a period."
            ),
            .init(name: "start", shape: .text, isRequired: true, summary: "The first period."),
            .init(
                name: "end",
                shape: .text,
                summary: "The last period; every period that has ended unless said."
            ),
        ]
    )

    static let parameter = Record(
        title: "a parameter",
        keys: [
            .init(
                name: "type",
                shape: .choice(ParameterType.allCases.map(\.rawValue)),
                isRequired: true,
                summary: "What the value is."
            ),
            .init(
                name: "default",
                shape: .text,
                summary: "The value when none is given; without it, one must be given."
            ),
            description,
        ]
    )

    static let source = Record(
        title: "a source",
        keys: [
            .init(name: "files", shape: .text, summary: "A folder of files."),
            .init(name: "postgres", shape: .text, summary: "The URL of a Postgres database."),
            .init(
                name: "hard_links",
                shape: .boolean,
                standard: "false",
                summary: "Whether its files may have other names elsewhere (see --sources-below)."
            ),
            description,
        ],
        alternatives: [["files", "postgres"]]
    )

    static let extract = Record(
        title: "what is read",
        keys: [
            .init(
                name: "source",
                shape: .name,
                isRequired: true,
                summary: "The source's name."
            ),
            .init(
                name: "csv",
                shape: .text,
                summary: "CSV files: `{period}` is the period's label, `*` any text."
            ),
            .init(
                name: "query",
                shape: .text,
                summary: "A query; `:period_start` and `:period_end` are the period's bounds."
            ),
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
                summary: "The text encoding of a CSV file."
            ),
            .init(
                name: "wait",
                shape: .record(sourceWait),
                summary: "How long a source that is not there is awaited."
            ),
        ],
        alternatives: [["csv", "query"]]
    )

    static let sourceWait = Record(
        title: "waiting for a source",
        keys: [
            .init(
                name: "for",
                shape: .patience,
                isRequired: true,
                summary: "How long; the last attempt is made at its end. `0 s`: not at all."
            )
        ]
    )
}
