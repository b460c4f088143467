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
    /// What happens to members whose key the source has no more; `nil` when they are kept.
    public var expiry: ExpiryRule?
    /// What must hold of its rows, of each and of all.
    public var demands: Demands
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
        expiry: ExpiryRule? = nil,
        demands: Demands = Demands(),
        pool: String = "default",
        description: String? = nil
    ) {
        self.name = name
        self.content = content
        self.key = key
        self.effective = effective
        self.attributes = attributes
        self.references = references
        self.expiry = expiry
        self.demands = demands
        self.pool = pool
        self.description = description
    }

    /// Where a dimension's rows come from.
    public enum Content: Sendable, Hashable {
        /// Rows of a source.
        case extract(Extract)
        /// Every day of a span, with the usual calendar columns.
        case calendar(CalendarPlan)
    }

    /// What it reads; `nil` of a calendar.
    public var extract: Extract? {
        guard case .extract(let extract) = content else { return nil }
        return extract
    }

    /// The source that it reads; `nil` when it reads none.
    public var source: String? {
        switch content {
        case .extract(let extract): extract.source
        case .calendar(let plan): plan.holidays?.extract.source
        }
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
        key.compactMap { name in attributes.first { $0.name == name } }
    }
}
