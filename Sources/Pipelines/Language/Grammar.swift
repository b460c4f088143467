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
            .init(
                name: "schedule",
                shape: .record(schedule),
                summary: "When it is loaded without being asked for."
            ),
            .init(
                name: "alerts",
                shape: .list(.record(alert)),
                summary: "Who is told what is wrong with it."
            ),
            .init(
                name: "pool",
                shape: .name,
                standard: "default",
                summary: "The queue that tasks of tables without a pool of their own go to."
            ),
            .init(
                name: "concurrency",
                shape: .integer,
                summary: "How many of its tasks may run at once, those of all its loads together."
            ),
            limits,
            .init(
                name: "parameters",
                shape: .named(of: "parameter", .record(parameter)),
                summary: "Values that can be given to a load; written ${name} where they are used."
            ),
            .init(
                name: "credentials",
                shape: .named(of: "credential", .record(credential)),
                summary: "As whom sources are read, and where the proof of it comes from."
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
            .init(
                name: "exports",
                shape: .named(of: "export", .record(export)),
                summary: "Rows that are delivered to somewhere outside of the warehouse."
            ),
            .init(
                name: "charts",
                shape: .named(of: "chart", .record(chart)),
                summary: "Pictures of rows that are delivered to an object store."
            ),
        ]
    )

    static let description = Record.Key(
        name: "description",
        shape: .text,
        summary: "A sentence for people."
    )

    static let query = Record.Key(
        name: "sql",
        shape: .text,
        isRequired: true,
        summary: "The file with its query, one SELECT."
    )

    static let reads = Record.Key(
        name: "reads",
        shape: .oneOrMore(.name),
        summary: "The facts, dimensions and marts it reads; default: found in the SQL."
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
                summary: "The Postgres schema of the tables; default: the pipeline's name."
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
                summary: "The last period; default: every period that has ended."
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
        keys: SourceKind.allCases.map {
            .init(name: $0.rawValue, shape: .text, summary: $0.placeSummary)
        } + [
            .init(
                name: "hard_links",
                shape: .boolean,
                standard: "false",
                summary: "Whether its files may have other names elsewhere (see --sources-below)."
            ),
            .init(
                name: "region",
                shape: .text,
                standard: "us-east-1",
                summary: "The region of an `s3` source."
            ),
            .init(
                name: "endpoint",
                shape: .text,
                summary: "The store of an `s3` source: `https://host:port`; AWS without it."
            ),
            .init(
                name: "credentials",
                shape: .either(text: .name, mapping: .record(s3Credentials)),
                summary: "As whom an `s3` source is read: a key, or the name of a credential."
            ),
            .init(
                name: "encryption",
                shape: .either(text: .choice(["aes256"]), mapping: .record(s3Encryption)),
                summary: "How an `s3` store encrypts what exports write; else as its bucket says."
            ),
            .init(
                name: "private",
                shape: .boolean,
                standard: "false",
                summary: "Whether an `s3` or `http` source may be in a private network."
            ),
            description,
        ] + httpKeys,
        alternatives: [SourceKind.allCases.map(\.rawValue)]
    )

    static let s3Encryption = Record(
        title: "the encryption of what is written",
        keys: [
            .init(
                name: "kms",
                shape: .text,
                isRequired: true,
                summary: "The name or ARN of a key of the key management service."
            )
        ]
    )

    static let s3Credentials = Record(
        title: "the credentials of a source",
        keys: [
            .init(
                name: "key",
                shape: .text,
                isRequired: true,
                summary: "The name of the key."
            ),
            .init(
                name: "secret",
                shape: .text,
                isRequired: true,
                summary: "The key's secret: `${NAME}`."
            ),
            .init(
                name: "session",
                shape: .text,
                summary: "The token of credentials that hold for a while: `${NAME:-}`."
            ),
        ]
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
                name: "jsonl",
                shape: .text,
                summary: "Files of JSON lines: `{period}` is the period's label, `*` any text."
            ),
            .init(
                name: "json",
                shape: .text,
                summary: "JSON files: `{period}` is the period's label, `*` any text."
            ),
            .init(
                name: "fixed",
                shape: .text,
                summary:
                    "Text files of fixed width: `{period}` is the period's label, `*` any text."
            ),
            .init(
                name: "rows",
                shape: .text,
                summary:
                    "Where in a JSON file or an answer the array of rows lies; default: it is the array."
            ),
            .init(
                name: "query",
                shape: .text,
                summary: "A query; `:period_start` and `:period_end` are the period's bounds."
            ),
            .init(
                name: "unchanged_by",
                shape: .text,
                summary:
                    "A query of one row: while it answers the same, a dimension's `query` is not asked."
            ),
            .init(
                name: "collection",
                shape: .text,
                summary: "A collection of a MongoDB database, whose documents are the rows."
            ),
            .init(
                name: "filter",
                shape: .text,
                summary:
                    "Which documents, in extended JSON; `\":period_start\"` is the period's begin."
            ),
        ] + FormatGrammar.csv + FormatGrammar.fixed + FormatGrammar.shape + [
            .init(
                name: "wait",
                shape: .record(sourceWait),
                summary: "How long a source that is not there is awaited."
            )
        ] + callKeys,
        alternatives: [Format.keys + ["query", "collection", "get"]]
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
