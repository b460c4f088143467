/// What somebody proves by who he is, and where it comes from.
///
/// Texts may hold `${NAME}` and `${NAME:-default}`, resolved only where used.
public enum Credential: Sendable, Hashable {
    /// Credentials of AWS: as its own tools find them for `default`, else those of a profile; with a role they
    /// are exchanged for its.
    case aws(profile: String, role: String)
    /// A service account of Google: the machine's own for `default`, else that of a key file.
    case google(key: String)
    /// The text of a file.
    case file(path: String)
    /// A text that a Vault keeps.
    case vault(VaultPlace)
    /// A text under the key of the process.
    case sealed(String)

    /// The name of what is the machine's own.
    public static let standard = "default"
}

extension Credential {
    /// All its texts in which `${…}` may stand, in a fixed order.
    public var texts: [String] {
        switch self {
        case .aws(let profile, let role): [profile, role]
        case .google(let key): [key]
        case .file(let path): [path]
        case .vault(let place): [place.url, place.path, place.proof]
        case .sealed(let text): [text]
        }
    }

    /// Whether it is a text, which may stand in the texts of sources; others are proofs of another kind.
    public var isText: Bool {
        switch self {
        case .file, .vault, .sealed: true
        case .aws, .google: false
        }
    }

    /// Whether it comes from nobody else: then the texts of other credentials may name it.
    var isLocal: Bool {
        switch self {
        case .file, .sealed: true
        case .aws, .google, .vault: false
        }
    }
}

/// Where a Vault keeps a text, in its store of keys and values, version 2.
public struct VaultPlace: Sendable, Hashable {
    /// Scheme, host and port.
    public var url: String
    /// The path of the secret as it is asked for: `secret/data/crm`.
    public var path: String
    /// Which of the secret's values it is.
    public var field = "value"
    /// As whom the Vault is asked.
    public var login = Login.token
    /// The token of a login by ``Login/token``.
    public var token = "${VAULT_TOKEN}"
    /// The role of a login by ``Login/kubernetes``.
    public var role = ""
    /// Whether the Vault may be in a private network.
    public var isPrivate = false

    /// As whom a Vault is asked.
    public enum Login: String, Sendable, Hashable, CaseIterable {
        /// By a token that the definition names.
        case token
        /// By the account of the pod.
        case kubernetes
    }

    /// What the login is by: the token, or the role.
    public var proof: String {
        switch login {
        case .token: token
        case .kubernetes: role
        }
    }

    /// A secret's value called `value`, read by the token of the environment.
    public init(url: String, path: String) {
        self.url = url
        self.path = path
    }
}
