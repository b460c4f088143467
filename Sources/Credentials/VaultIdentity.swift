public import Endpoints

/// Where a Vault keeps a text, and as whom it is asked.
public struct VaultIdentity: Sendable, Hashable {
    /// As whom.
    public enum Login: Sendable, Hashable {
        /// By a token.
        case token(Secret)
        /// By the account of the pod, for a role.
        case kubernetes(role: String)
    }

    /// Scheme, host and port.
    public let url: String
    /// The secret's path as it is asked for: `secret/data/crm`.
    public let path: String
    /// Which of its values.
    public let field: String
    /// As whom it is asked.
    public let login: Login
    /// Whether it may be in a private network.
    public let isPrivate: Bool

    /// A place.
    public init(url: String, path: String, field: String, login: Login, isPrivate: Bool) {
        self.url = url
        self.path = path
        self.field = field
        self.login = login
        self.isPrivate = isPrivate
    }
}
