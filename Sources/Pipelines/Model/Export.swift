/// Rows that are computed from the tables and kept the same somewhere outside of the warehouse.
public struct Export: Sendable, Hashable {
    /// Its name in the definition.
    public var name: String
    /// The SQL text of its query.
    public var query: String
    /// The facts, dimensions and marts that it reads, by name.
    public var reads: [String]
    /// The columns of its query that tell one row from another, sorted, for their order says nothing; none where all
    /// rows are one object.
    public let key: [String]
    /// Where its rows go.
    public var target: ExportTarget
    /// Whether what was delivered and is no row any more is deleted there.
    public var deletesMissing: Bool
    /// The exports whose deliveries come before its own.
    public var after: [String]
    /// How long a target that is away or busy is awaited; `nil` leaves that to the workers.
    public var patience: Duration?
    /// The queue its tasks go to.
    public var pool: String
    /// A sentence for the catalog.
    public var description: String?

    /// Creates an export.
    public init(
        name: String,
        query: String,
        reads: [String],
        key: [String],
        target: ExportTarget,
        deletesMissing: Bool = false,
        after: [String] = [],
        patience: Duration? = nil,
        pool: String = "default",
        description: String? = nil
    ) {
        self.name = name
        self.query = query
        self.reads = reads
        self.key = key.sorted()
        self.target = target
        self.deletesMissing = deletesMissing
        self.after = after
        self.patience = patience
        self.pool = pool
        self.description = description
    }

    /// Whether all rows are one object, and not each row something of its own.
    public var isWhole: Bool { key.isEmpty }

    /// Whether it is one of `charts`.
    public var isChart: Bool {
        guard case .charts = target else { return false }
        return true
    }

    /// What it is called: `export`, `chart`, or `published panel`.
    public var word: String { isChart ? "chart" : isPanel ? "published panel" : "export" }

    /// Whether it is a panel of a dashboard.
    public var isPanel: Bool {
        guard case .panel = target else { return false }
        return true
    }

    /// The columns that its query has to have, each with the key that names it.
    public var columns: [(name: String, key: String)] {
        let own = key.map { (name: $0, key: "key") }
        guard case .charts(_, _, let plan) = target else { return own }
        return own + plan.columns
    }
}

/// Where the rows of an export go.
///
/// Texts of calls may hold `${NAME}` and `${NAME:-default}`, resolved only where used. Names of objects and
/// addresses of calls hold `{column}` in the place of a key's value.
public enum ExportTarget: Sendable, Hashable {
    /// Rows of a table in a Postgres database, by its key.
    case table(source: String, name: String)
    /// Objects of a store, one for each row or one for all.
    case objects(source: String, name: String, format: ExportFormat)
    /// Pictures in a store, for each key or of all rows.
    case charts(source: String, name: String, ChartPlan)
    /// Files of a dashboard's panel in a store.
    case panel(source: String, name: String, PanelPublication)
    /// Documents of a collection in a MongoDB database, one for each row; whether those are made that are not there.
    case documents(source: String, collection: String, inserts: Bool = true)
    /// Requests to an HTTP API, one for each row.
    case calls(ExportCall)

    /// The source whose declaration says where it is; `nil` of one that says so itself.
    public var source: String? {
        switch self {
        case .table(let source, _), .objects(let source, _, _), .documents(let source, _, _): source
        case .charts(let source, _, _), .panel(let source, _, _): source
        case .calls: nil
        }
    }

    /// All its texts in which `${…}` may stand; those of its source are that source's.
    public var texts: [String] {
        guard case .calls(let call) = self else { return [] }
        return [call.url] + call.headers.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The columns of a key whose values are in the names of what it has.
    public var namedColumns: [String] {
        switch self {
        case .objects(_, let name, _), .charts(_, let name, _): KeyedName(name).columns
        case .calls(let call): KeyedName(call.url).columns
        default: []
        }
    }

    /// Where it is, in the words of the definition: `app: spend`.
    public var title: String {
        switch self {
        case .table(let source, let name), .objects(let source, let name, _),
            .documents(let source, let name, _):
            "\(source): \(name)"
        case .charts(let source, let name, _), .panel(let source, let name, _):
            "\(source): \(name)"
        case .calls(let call): "\(call.method) \(call.url)"
        }
    }

    /// Where it is and how what is there looks: when that changes, everything is delivered again.
    public var settings: String {
        switch self {
        case .charts(_, _, let plan): title + "\n" + plan.settings
        case .panel(_, _, let publication):
            ([title] + publication.formats.map(\.rawValue)).joined(separator: "\n")
        case .documents(_, _, inserts: false): title + "\ninsert: false"
        default: title
        }
    }
}

/// How the rows of an object are written.
public enum ExportFormat: String, Sendable, Hashable, CaseIterable {
    /// A JSON object for one row, an array of them for all.
    case json
    /// A line of JSON for each row.
    case jsonLines = "jsonl"
}

/// A request that tells an API of a row.
public struct ExportCall: Sendable, Hashable {
    /// The address.
    public var url: String
    /// `PUT`, `POST` or `PATCH`; a row that is gone is a `DELETE`.
    public var method = "PUT"
    /// Further fields, by their names, such as `Authorization`.
    public var headers: [String: String] = [:]
    /// Whether the server may be in a private network.
    public var isPrivate = false

    /// A `PUT` to an address of the internet.
    public init(url: String) {
        self.url = url
    }
}
