public import Words

/// A column that holds the surrogate key of a dimension's row.
public struct Reference: Sendable, Hashable {
    /// Its name in the definition; the column is `<name>_key`.
    public var name: String
    /// The dimension it points to.
    public var dimension: String
    /// The source's columns that hold the business key, in the order of the dimension's `key`.
    public var from: [ExactText]
    /// What happens to a row whose business key the dimension does not know.
    public var missing: MissingMember
    /// What a changed value does, in a dimension.
    public var change: ChangeType
    /// Whether the table has an index on it.
    public var isIndexed: Bool
    /// A sentence for the catalog.
    public var description: String?

    /// Creates a reference.
    public init(
        name: String,
        dimension: String,
        from: [ExactText],
        missing: MissingMember = .reject,
        change: ChangeType = .overwrite,
        isIndexed: Bool = false,
        description: String? = nil
    ) {
        self.name = name
        self.dimension = dimension
        self.from = from
        self.missing = missing
        self.change = change
        self.isIndexed = isIndexed
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
