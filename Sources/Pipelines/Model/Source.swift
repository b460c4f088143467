/// Where rows come from.
///
/// Texts may hold `${NAME}` and `${NAME:-default}`, resolved only where used.
public enum Source: Sendable, Hashable {
    /// A folder of files; whether they may have other names elsewhere, where a process reads files below
    /// some folders only.
    case files(folder: String, allowsHardLinks: Bool = false)
    /// A Postgres database, by URL.
    case postgres(url: String)
}

extension Source {
    /// The key that declares a source of this kind.
    public var key: String {
        switch self {
        case .files: "files"
        case .postgres: "postgres"
        }
    }

    /// Where it is: what the definition has below its ``key``.
    public var place: String {
        switch self {
        case .files(let folder, _): folder
        case .postgres(let url): url
        }
    }

    /// What it is, in a sentence.
    var title: String {
        switch self {
        case .files: "a folder of files"
        case .postgres: "a Postgres database"
        }
    }

    /// Whether objects are read from it; otherwise it is queried.
    var hasObjects: Bool {
        switch self {
        case .files: true
        case .postgres: false
        }
    }
}
