public import Rows

/// One star schema and how it is filled: what a `pipeline.yaml` says, checked and resolved.
public struct Pipeline: Sendable, Hashable {
    /// The pipeline's name: what commands call it.
    public var name: String
    /// The Postgres schema that holds its tables.
    public var schema: String
    /// How facts are cut into periods; `nil` when every fact is loaded whole.
    public var periods: PeriodRule?
    /// The sources by name.
    public var sources: [String: Source]
    /// The dimensions, in the order in which they are written.
    public var dimensions: [Dimension]
    /// The facts, in the order in which they are written.
    public var facts: [Fact]
    /// The marts, in the order in which they are written.
    public var marts: [Mart]

    /// Creates a pipeline.
    public init(
        name: String,
        schema: String,
        periods: PeriodRule?,
        sources: [String: Source],
        dimensions: [Dimension],
        facts: [Fact],
        marts: [Mart]
    ) {
        self.name = name
        self.schema = schema
        self.periods = periods
        self.sources = sources
        self.dimensions = dimensions
        self.facts = facts
        self.marts = marts
    }

    /// The dimension called `name`.
    public func dimension(_ name: String) -> Dimension? {
        dimensions.first { $0.name == name }
    }

    /// The fact called `name`.
    public func fact(_ name: String) -> Fact? {
        facts.first { $0.name == name }
    }

    /// The mart called `name`.
    public func mart(_ name: String) -> Mart? {
        marts.first { $0.name == name }
    }
}

/// Where rows come from. Texts may hold `${NAME}` and `${NAME:-default}`, resolved only where used.
public enum Source: Sendable, Hashable {
    /// A folder of files.
    case files(folder: String)
    /// A Postgres database, by URL.
    case postgres(url: String)
}

/// What is read from a source.
public struct Extract: Sendable, Hashable {
    /// The source's name.
    public var source: String
    /// What is read there.
    public var input: Input

    /// Creates an extract.
    public init(source: String, input: Input) {
        self.source = source
        self.input = input
    }

    /// The kinds of input.
    public enum Input: Sendable, Hashable {
        /// CSV files; `{period}` in the pattern stands for the period's label, `*` for any text.
        case csv(pattern: String, dialect: CSVDialect)
        /// A query; `:period_start` and `:period_end` stand for the period's bounds.
        case query(String)
    }
}

/// How a CSV file is written. The format is RFC 4180's with these liberties.
public struct CSVDialect: Sendable, Hashable {
    /// The byte between fields.
    public var delimiter: UInt8
    /// The text encoding.
    public var encoding: Encoding

    /// Creates a dialect; a comma and UTF-8 unless said.
    public init(delimiter: UInt8 = UInt8(ascii: ","), encoding: Encoding = .utf8) {
        self.delimiter = delimiter
        self.encoding = encoding
    }

    /// The encodings that are read.
    public enum Encoding: String, Sendable, Hashable, CaseIterable {
        /// UTF-8, with or without a byte order mark.
        case utf8 = "utf-8"
        /// ISO 8859-1.
        case latin1 = "latin-1"
    }
}

/// What happens to a dimension's attribute when the source's value changes (Kimball's types).
public enum ChangeType: Int, Sendable, Hashable, CaseIterable {
    /// Fixed: the first value stays.
    case fixed = 0
    /// Changing: the value is overwritten.
    case overwrite = 1
    /// Historical: a new version of the row begins.
    case newVersion = 2
}

/// A dimension table.
public struct Dimension: Sendable, Hashable {
    /// Its name in the definition; the table is `dim_<name>`, the surrogate key `<name>_key`.
    public var name: String
    /// How it is filled.
    public var content: Content
    /// The names of the columns that are the business key.
    public var key: [String]
    /// The name of the timestamp column that orders versions, when there is one.
    public var effective: String?
    /// Attributes in the order in which they are written, the business key's among them.
    public var attributes: [Attribute]
    /// References to other dimensions.
    public var references: [Reference]
    /// The queue its tasks go to.
    public var pool: String
    /// A sentence for the catalog.
    public var description: String?

    /// Creates a dimension.
    public init(
        name: String,
        content: Content,
        key: [String],
        effective: String? = nil,
        attributes: [Attribute],
        references: [Reference] = [],
        pool: String = "default",
        description: String? = nil
    ) {
        self.name = name
        self.content = content
        self.key = key
        self.effective = effective
        self.attributes = attributes
        self.references = references
        self.pool = pool
        self.description = description
    }

    /// Where a dimension's rows come from.
    public enum Content: Sendable, Hashable {
        /// Rows of a source.
        case extract(Extract)
        /// Every day from `first` to `last`, with the usual calendar columns.
        case calendar(first: Day, last: Day)
    }

    /// The table's name.
    public var table: String { "dim_\(name)" }
    /// The surrogate key's column.
    public var surrogateKey: String { "\(name)_key" }
    /// Whether any attribute or reference is historical, so that the table has versions.
    public var isVersioned: Bool {
        attributes.contains { $0.change == .newVersion }
            || references.contains { $0.change == .newVersion }
    }

    /// The attributes that are the business key, in the key's order.
    public var keyAttributes: [Attribute] {
        key.compactMap { name in attributes.first { $0.plan.name == name } }
    }
}

/// A column of a dimension or fact that holds a value of the source.
public struct Attribute: Sendable, Hashable {
    /// How the value is made.
    public var plan: ValuePlan
    /// What a changed value does, in a dimension.
    public var change: ChangeType
    /// A sentence for the catalog.
    public var description: String?

    /// Creates an attribute.
    public init(plan: ValuePlan, change: ChangeType = .overwrite, description: String? = nil) {
        self.plan = plan
        self.change = change
        self.description = description
    }

    /// The column's name.
    public var name: String { plan.name }
}

/// A column that holds the surrogate key of a dimension's row.
public struct Reference: Sendable, Hashable {
    /// Its name in the definition; the column is `<name>_key`.
    public var name: String
    /// The dimension it points to.
    public var dimension: String
    /// The source's columns that hold the business key, in the order of the dimension's `key`.
    public var from: [String]
    /// What happens to a row whose business key the dimension does not know.
    public var missing: MissingMember
    /// What a changed value does, in a dimension.
    public var change: ChangeType
    /// A sentence for the catalog.
    public var description: String?

    /// Creates a reference.
    public init(
        name: String,
        dimension: String,
        from: [String],
        missing: MissingMember = .reject,
        change: ChangeType = .overwrite,
        description: String? = nil
    ) {
        self.name = name
        self.dimension = dimension
        self.from = from
        self.missing = missing
        self.change = change
        self.description = description
    }

    /// The column's name.
    public var column: String { "\(name)_key" }
}

/// What happens to a row whose business key the dimension does not know.
public enum MissingMember: String, Sendable, Hashable, CaseIterable {
    /// The row becomes a reject.
    case reject
    /// The row points to the unknown member, key -1. So does a null business key.
    case unknown
    /// A placeholder row is made in the dimension, completed when the real row comes.
    case infer
}

/// A fact table.
public struct Fact: Sendable, Hashable {
    /// Its name in the definition; the table is `fact_<name>`.
    public var name: String
    /// What is read.
    public var extract: Extract
    /// The timestamp or date column that places a row in a period; `nil` when it is loaded whole.
    public var periodColumn: String?
    /// The columns that identify a row: attributes and references by name.
    public var grain: [String]
    /// Values, in the order in which they are written.
    public var attributes: [Attribute]
    /// References to dimensions, in the order in which they are written.
    public var references: [Reference]
    /// What must hold before the load task commits.
    public var expectations: Expectations
    /// The queue its tasks go to.
    public var pool: String
    /// A sentence for the catalog.
    public var description: String?

    /// Creates a fact.
    public init(
        name: String,
        extract: Extract,
        periodColumn: String?,
        grain: [String],
        attributes: [Attribute],
        references: [Reference],
        expectations: Expectations = Expectations(),
        pool: String = "default",
        description: String? = nil
    ) {
        self.name = name
        self.extract = extract
        self.periodColumn = periodColumn
        self.grain = grain
        self.attributes = attributes
        self.references = references
        self.expectations = expectations
        self.pool = pool
        self.description = description
    }

    /// The table's name.
    public var table: String { "fact_\(name)" }
}

/// What must hold of a load task's result before it commits.
public struct Expectations: Sendable, Hashable {
    /// The fewest rows that may be loaded; 1 unless said, so that an empty source is a failure.
    public var minimumRows: Int
    /// The most rows that may be loaded.
    public var maximumRows: Int?
    /// The largest share of rows that may be rejected, 0 to 1.
    public var maximumRejectShare: Double?

    /// Creates expectations.
    public init(minimumRows: Int = 1, maximumRows: Int? = nil, maximumRejectShare: Double? = nil) {
        self.minimumRows = minimumRows
        self.maximumRows = maximumRows
        self.maximumRejectShare = maximumRejectShare
    }
}

/// A table computed by SQL from facts and dimensions.
public struct Mart: Sendable, Hashable {
    /// Its name in the definition; the table is `mart_<name>`.
    public var name: String
    /// The SQL text of its query; `:period_start` and `:period_end` stand for the period's bounds.
    public var query: String
    /// Whether it is computed anew for each period, or whole.
    public var isPerPeriod: Bool
    /// The facts and dimensions it reads, by name.
    public var reads: [String]
    /// The queue its tasks go to.
    public var pool: String
    /// A sentence for the catalog.
    public var description: String?

    /// Creates a mart.
    public init(
        name: String,
        query: String,
        isPerPeriod: Bool,
        reads: [String],
        pool: String = "default",
        description: String? = nil
    ) {
        self.name = name
        self.query = query
        self.isPerPeriod = isPerPeriod
        self.reads = reads
        self.pool = pool
        self.description = description
    }

    /// The table's name.
    public var table: String { "mart_\(name)" }
}
