/// Where rows come from.
///
/// Texts may hold `${NAME}` and `${NAME:-default}`, resolved only where used.
public enum Source: Sendable, Hashable {
    /// A folder of files.
    case files(folder: String)
    /// A Postgres database, by URL.
    case postgres(url: String)
}
