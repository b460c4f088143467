public import Schedules

/// One star schema and how it is filled: what a `pipeline.yaml` says, checked and resolved.
public struct Pipeline: Sendable, Hashable {
    /// The pipeline's name: what commands call it.
    public var name: String
    /// A sentence for the catalog.
    public var description: String?
    /// The Postgres schema that holds its tables.
    public var schema: String
    /// The time zone of timestamps without an offset, and of the days that order versions.
    public var zone: String
    /// How facts are cut into periods; `nil` when every fact is loaded whole.
    public var periods: PeriodRule?
    /// When it is loaded without being asked for; `nil` when it never is.
    public var schedule: Schedule?
    /// Who is told what is wrong with it.
    public var alerts: [AlertEntry]
    /// The pool of tables that name none.
    public var pool: String
    /// How many of its tasks may run at once, those of all its loads together; `nil` for any number.
    public var concurrency: Int?
    /// The time limits of tables that have none of their own.
    public var limits: Limits
    /// The time limits that tables have of their own, by the tables' names.
    public var tableLimits: [String: Limits]
    /// The credentials by name.
    public var credentials: [String: Credential]
    /// The sources by name.
    public var sources: [String: Source]
    /// The dimensions, in the order in which they are written.
    public var dimensions: [Dimension]
    /// The facts, in the order in which they are written.
    public var facts: [Fact]
    /// The marts, in the order in which they are written.
    public var marts: [Mart]
    /// The exports, in the order in which they are written.
    public var exports: [Export]

    /// Creates a pipeline.
    public init(
        name: String,
        schema: String,
        periods: PeriodRule?,
        sources: [String: Source],
        dimensions: [Dimension],
        facts: [Fact],
        marts: [Mart],
        exports: [Export] = [],
        credentials: [String: Credential] = [:],
        limits: Limits = Limits(),
        tableLimits: [String: Limits] = [:],
        description: String? = nil,
        zone: String = "UTC",
        schedule: Schedule? = nil,
        alerts: [AlertEntry] = [],
        pool: String = "default",
        concurrency: Int? = nil
    ) {
        self.name = name
        self.schema = schema
        self.periods = periods
        self.credentials = credentials
        self.sources = sources
        self.dimensions = dimensions
        self.facts = facts
        self.marts = marts
        self.exports = exports
        self.limits = limits
        self.tableLimits = tableLimits
        self.description = description
        self.zone = zone
        self.schedule = schedule
        self.alerts = alerts
        self.pool = pool
        self.concurrency = concurrency
    }

    /// How long an attempt at a task of the table called `name` may take.
    public func limits(of name: String) -> Limits {
        let own = tableLimits[name]
        return Limits(idle: own?.idle ?? limits.idle, total: own?.total ?? limits.total)
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

    /// The export called `name`.
    public func export(_ name: String) -> Export? {
        exports.first { $0.name == name }
    }

    /// The names of the dimensions, facts and marts that are loaded before the one called `name`.
    public func needs(of name: String) -> [String] {
        if let dimension = dimension(name) {
            return Self.needs(of: dimension.references, dimension.extract)
        }
        if let fact = fact(name) { return Self.needs(of: fact.references, fact.extract) }
        return mart(name)?.reads ?? export(name)?.reads ?? []
    }

    private static func needs(of references: [Reference], _ extract: Extract?) -> [String] {
        references.map(\.dimension) + (extract?.calls?.each?.reads ?? [])
    }

    /// The pools that its tasks go to, each once.
    public var pools: [String] {
        Set(dimensions.map(\.pool) + facts.map(\.pool) + marts.map(\.pool) + exports.map(\.pool))
            .sorted()
    }
}
