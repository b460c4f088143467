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
    /// What a load does with the rows that are there.
    public var loading: Loading
    /// What happens to rows of a period before the one that is loaded.
    public var late: Late
    /// How the rows of a period that is there are replaced.
    public var reload: Reload
    /// Values, in the order in which they are written.
    public var attributes: [Attribute]
    /// References to dimensions, in the order in which they are written.
    public var references: [Reference]
    /// What must hold of its rows, of each and of all.
    public var demands: Demands
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
        loading: Loading = .replace,
        late: Late = .reject,
        reload: Reload = .delete,
        demands: Demands = Demands(),
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
        self.loading = loading
        self.late = late
        self.reload = reload
        self.demands = demands
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

    /// What a load does with the rows that are there.
    public enum Loading: String, Sendable, Hashable, CaseIterable {
        /// The rows of its period, or of the table, give way to those it reads.
        case replace
        /// A row takes the place of the one with its grain, whatever period that is in.
        case merge
        /// Rows whose grain is not there yet are added.
        case append
    }

    /// What happens to a row of a period before the one that is loaded.
    public enum Late: String, Sendable, Hashable, CaseIterable {
        /// It becomes a reject of the rule `late`.
        case reject
        /// It becomes a reject of the rule `late`, and its period is marked stale.
        case stale
        /// It is loaded into its own period.
        case merge
    }

    /// How the rows of a period that is there are replaced.
    public enum Reload: String, Sendable, Hashable, CaseIterable {
        /// They are deleted, and the new ones copied into the same partition.
        case delete
        /// Many rows go into a new partition, which takes the place of the old one.
        case swap
    }

    /// Whether a load task may change rows of periods before its own.
    public var reachesBack: Bool {
        periodColumn != nil && (loading == .merge || late == .merge)
    }

    /// Whether a load task may change rows of periods after its own, too: its input has those of all
    /// periods, and rows are welcome in each.
    public var reachesAhead: Bool {
        periodColumn != nil && late == .merge && !extract.isCutByPeriod
    }

    /// The table's name.
    public var table: String { "fact_\(name)" }
}
