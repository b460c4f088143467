/// The kinds of sources, each called by the key that declares it.
public enum SourceKind: String, Sendable, Hashable, CaseIterable {
    /// A folder of files.
    case files
    /// A Postgres database.
    case postgres
    /// A MariaDB or MySQL database.
    case mysql
    /// A MongoDB database.
    case mongo
    /// Objects in S3, or in what speaks like it.
    case s3
    /// An API over HTTP.
    case http

    /// What it is, in a sentence.
    public var title: String {
        switch self {
        case .files: "a folder of files"
        case .postgres: "a Postgres database"
        case .mysql: "a MariaDB or MySQL database"
        case .mongo: "a MongoDB database"
        case .s3: "a bucket of objects"
        case .http: "an API"
        }
    }

    /// What stands behind its key in a definition.
    var placeSummary: String {
        switch self {
        case .files: "A folder of files."
        case .postgres: "The URL of a Postgres database."
        case .mysql: "The URL of a MariaDB or MySQL database."
        case .mongo: "The URL of a MongoDB database."
        case .s3: "A folder of objects: `s3://bucket/folder`."
        case .http: "The URL of an API: `https://host/v2`."
        }
    }

    /// The database whose URL stands there; `nil` for what is no database.
    var product: SourceURL.Product? {
        switch self {
        case .postgres: .postgres
        case .mysql: .mysql
        case .mongo: .mongo
        case .files, .s3, .http: nil
        }
    }

    /// The keys beside its own that not every source has.
    var ownKeys: [String] {
        switch self {
        case .files: ["hard_links"]
        case .postgres, .mysql, .mongo: []
        case .s3: ["region", "endpoint", "credentials", "encryption", "private"]
        case .http: ["auth", "rate", "errors", "private"]
        }
    }

    /// The keys of which one says what is read from it.
    var selectionKeys: [String] {
        switch self {
        case .files, .s3: Format.keys
        case .postgres, .mysql: ["query"]
        case .mongo: ["collection"]
        case .http: ["get"]
        }
    }

    /// Those of all kinds, each once.
    static let selectionKeys = allCases.flatMap(\.selectionKeys)
        .reduce(into: [String]()) { keys, key in if !keys.contains(key) { keys.append(key) } }

    /// The key of an export that delivers there; `nil` where nothing is delivered.
    var exportKey: String? {
        switch self {
        case .files, .mysql, .http: nil
        case .postgres: "table"
        case .mongo: "collection"
        case .s3: "object"
        }
    }
}
