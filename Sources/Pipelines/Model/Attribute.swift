public import Rows

/// A column of a dimension or fact that holds a value of the source, or one that is computed.
public struct Attribute: Sendable, Hashable {
    /// How the value is made.
    public var plan: ValuePlan
    /// What a changed value does, in a dimension.
    public var change: ChangeType
    /// Whether a value may stand only once in what a load task loads: in a dimension for one business
    /// key, in a fact in one row.
    public var isUnique: Bool
    /// Whether the table has an index on it.
    public var isIndexed: Bool
    /// A sentence for the catalog.
    public var description: String?

    /// Creates an attribute.
    public init(
        plan: ValuePlan,
        change: ChangeType = .overwrite,
        isUnique: Bool = false,
        isIndexed: Bool = false,
        description: String? = nil
    ) {
        self.plan = plan
        self.change = change
        self.isUnique = isUnique
        self.isIndexed = isIndexed
        self.description = description
    }

    /// The column's name.
    public var name: String { plan.name }
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
