/// Where rows come from.
///
/// Texts may hold `${NAME}` and `${NAME:-default}`, resolved only where used.
public enum Source: Sendable, Hashable {
    /// A folder of files; whether they may have other names elsewhere, where a process reads files below
    /// some folders only.
    case files(folder: String, allowsHardLinks: Bool = false)
    /// A Postgres database, by URL.
    case postgres(url: String)
    /// A MariaDB or MySQL database, by URL.
    case mysql(url: String)
    /// A MongoDB database, by URL.
    case mongo(url: String)
    /// Objects in S3.
    case s3(S3Place)
    /// An API that is asked over HTTP.
    case http(HTTPPlace)
}

extension Source {
    /// Of which kind it is.
    public var kind: SourceKind {
        switch self {
        case .files: .files
        case .postgres: .postgres
        case .mysql: .mysql
        case .mongo: .mongo
        case .s3: .s3
        case .http: .http
        }
    }

    /// Where it is: what the definition has below the key of its kind.
    public var place: String {
        switch self {
        case .files(let folder, _): folder
        case .postgres(let url), .mysql(let url), .mongo(let url): url
        case .s3(let place): place.url
        case .http(let place): place.url
        }
    }

    /// All its texts in which `${…}` may stand.
    public var texts: [String] {
        switch self {
        case .files(let folder, _): [folder]
        case .postgres(let url), .mysql(let url), .mongo(let url): [url]
        case .s3(let place): place.texts
        case .http(let place): [place.url] + place.authentication.texts
        }
    }
}
