/// Where the objects of a source lie in S3, or in what speaks like it, and as whom they are read.
///
/// All texts may hold `${NAME}` and `${NAME:-default}`, resolved only where used.
public struct S3Place: Sendable, Hashable {
    /// `s3://bucket/folder`.
    public var url: String
    /// The region by which requests are signed.
    public var region = "us-east-1"
    /// Scheme, host and port of the store; empty for AWS.
    public var endpoint = ""
    /// The credential as which it is read, in the place of key, secret and session.
    public var credential: String?
    /// The name of the credentials' key.
    public var key = "${AWS_ACCESS_KEY_ID}"
    /// The key's secret.
    public var secret = "${AWS_SECRET_ACCESS_KEY}"
    /// The token of credentials that hold for a while; empty for others.
    public var session = "${AWS_SESSION_TOKEN:-}"
    /// Whether the store may be in a private network.
    public var isPrivate = false
    /// How the store encrypts what is written to it; `nil` leaves that to the bucket.
    public var encryption: Encryption?

    /// An encryption at rest, by the store.
    public enum Encryption: Sendable, Hashable {
        /// By keys of the store (SSE-S3).
        case aes256
        /// By a key of the key management service, with its name or ARN (SSE-KMS).
        case kms(String)
    }

    /// A place at AWS, read as the environment says.
    public init(url: String) {
        self.url = url
    }
}

extension S3Place {
    /// The name of the key that encrypts; empty where the store has its own.
    package var keyOfEncryption: String {
        if case .kms(let key)? = encryption { key } else { "" }
    }

    /// All its texts in which `${…}` may stand.
    var texts: [String] {
        [url, region, endpoint, keyOfEncryption]
            + (credential == nil ? [key, secret, session] : [])
    }
}
