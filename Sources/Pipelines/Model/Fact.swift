public import Rows

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
    /// What happens to rows with the same grain and other values.
    public var duplicates: Duplicates
    /// Values, in the order in which they are written.
    public var attributes: [Attribute]
    /// References to dimensions, in the order in which they are written.
    public var references: [Reference]
    /// What must hold of every row.
    public var checks: [RowCheck]
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
        duplicates: Duplicates = .reject,
        checks: [RowCheck] = [],
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
        self.duplicates = duplicates
        self.checks = checks
        self.expectations = expectations
        self.pool = pool
        self.description = description
    }

    /// What happens to a row of a task whose grain another row of it has, with other values.
    ///
    /// Rows that are equal in all columns are kept once, whatever it says.
    public enum Duplicates: String, Sendable, Hashable, CaseIterable {
        /// The first row is loaded, the others become rejects.
        case reject
        /// The first row is loaded.
        case keepFirst = "keep_first"
        /// The last row is loaded.
        case keepLast = "keep_last"
    }

    /// The table's name.
    public var table: String { "fact_\(name)" }
}
