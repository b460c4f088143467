public import Endpoints

/// Who signs requests to AWS, and to what speaks like it.
public struct AWSCredentials: Sendable, Hashable {
    /// The name of the key; it is sent with each request and is no secret.
    public let accessKey: String
    /// What is known only to the signer and the server.
    public let secretKey: Secret
    /// What comes with credentials that hold for hours only, and is sent with each request.
    public let sessionToken: Secret?

    /// Credentials that somebody has handed out.
    public init(accessKey: String, secretKey: Secret, sessionToken: Secret? = nil) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
    }
}
