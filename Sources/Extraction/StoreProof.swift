package import Credentials
import HTTP
import ObjectStorage

/// As which credential of a definition a store of objects is asked.
package enum StoreProof: Sendable {
    /// Each request is signed by keys of AWS.
    case aws(AWSIdentity, CredentialStore)
    /// Each request has a token of Google.
    case google(GoogleIdentity, CredentialStore)

    /// As whom it is asked at this moment.
    func identity() async throws(CredentialError) -> StoreIdentity {
        switch self {
        case .aws(let identity, let store): .key(try await store.credentials(identity))
        case .google(let identity, let store): .token(try await store.token(identity))
        }
    }

    /// Where a store is that has no endpoint: nowhere but at Google a token of Google is a proof.
    var endpoint: String {
        switch self {
        case .aws: ""
        case .google: "https://storage.googleapis.com"
        }
    }

    /// Whether a token may go there: whoever gets one can use it everywhere for an hour, where a signature is only
    /// for its request.
    func allows(_ location: BucketLocation, emulator: String?) -> Bool {
        guard case .google = self else { return true }
        let (host, google) = (location.endpoint.host, "storage.googleapis.com")
        let isGoogle = host == google || host.hasSuffix(".\(google)")
        return isGoogle && location.endpoint.isSecure
            || emulator == "\(location.endpoint.scheme)://\(location.endpoint.authority)"
    }
}
