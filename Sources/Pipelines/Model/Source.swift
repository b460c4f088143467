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
