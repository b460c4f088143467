public import Endpoints
public import Signing

/// As whom a store is asked.
public enum StoreIdentity: Sendable, Hashable {
    /// By a key, with which each request is signed.
    case key(AWSCredentials)
    /// By a token that is sent with each request, as Google Cloud Storage takes it.
    case token(Secret)
}

extension StoreIdentity {
    /// The fields that say and prove it.
    func fields(
        for request: SignableRequest,
        region: String,
        at second: Int
    ) -> [(name: String, value: String)] {
        switch self {
        case .key(let credentials):
            SignatureV4(credentials, region: region).fields(for: request, at: second)
        case .token(let token): [("authorization", "Bearer \(token.revealed)")]
        }
    }
}
