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
    /// What must hold of its rows before they are committed.
    public var tests: [MartTest]
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
        tests: [MartTest] = [],
        pool: String = "default",
        description: String? = nil
    ) {
        self.name = name
        self.query = query
        self.isPerPeriod = isPerPeriod
        self.reads = reads
        self.tests = tests
        self.pool = pool
        self.description = description
    }

    /// The same with other texts for its query and those of its tests.
    ///
    /// - Parameter body: Makes a text of one as it is.
    /// - Returns: The mart.
    /// - Throws: What `body` throws.
    package nonisolated(nonsending) func rewritten(
        _ body: (SQLText) async throws -> String
    ) async throws -> Mart {
        var mart = self
        mart.query = try await body(SQLText(query))
        for (index, test) in tests.enumerated() {
            guard case .query(let query, let path) = test.check else { continue }
            mart.tests[index].check = .query(try await body(SQLText(query)), path: path)
        }
        return mart
    }

    /// The table's name.
    public var table: String { "mart_\(name)" }
}
