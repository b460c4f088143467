internal import Digests
public import Endpoints
internal import Foundation
internal import HTTP
internal import Signing

/// As whom Google's services are asked.
public enum GoogleIdentity: Sendable, Hashable {
    /// A service account, by the JSON of its key.
    case key(Secret)
    /// The machine's own: the key that GOOGLE_APPLICATION_CREDENTIALS names, or what the machine says of itself.
    case machine
}

/// Where tokens of Google come from.
///
/// <https://developers.google.com/identity/protocols/oauth2/service-account#httprest>,
/// <https://cloud.google.com/compute/docs/access/authenticate-workloads>
struct GoogleTokens {
    let machine: Machine
    let identity: GoogleIdentity

    /// Sources are read and exports written; what the account may do is less.
    private static let scope = "https://www.googleapis.com/auth/devstorage.read_write"
    /// Seconds that a token is believed to hold at most: its service may say any number.
    private static let longestLife = 86_400
    private static let variable = "GOOGLE_APPLICATION_CREDENTIALS"

    /// A token.
    ///
    /// - Throws: ``CredentialError``.
    func token() async throws(CredentialError) -> Renewable<Secret> {
        if case .key(let key) = identity { return try await token(of: key) }
        guard let file = machine.variable(Self.variable) else { return try await machineToken() }
        guard let text = machine.text(ofFile: file) else {
            throw .misconfigured("the file of \(Self.variable) cannot be read")
        }
        return try await token(of: Secret(text))
    }

    // MARK: Keys

    private func token(of key: Secret) async throws(CredentialError) -> Renewable<Secret> {
        let service = "Google OAuth"
        let activity = "asking for a token of a service account"
        let file = JSONObject(Array(key.revealed.utf8))
        guard let file, file.text("type") == "service_account",
            let email = file.text("client_email"),
            let pem = file.text("private_key"), let address = file.text("token_uri")
        else {
            throw .misconfigured(
                "a key file of Google is that of no service account: expected JSON with `type`, "
                    + "`client_email`, `private_key` and `token_uri`"
            )
        }
        let assertion = try assertion(
            email: email,
            audience: address,
            key: file.text("private_key_id"),
            pem: pem
        )
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion),
        ]
        let question = Question(
            method: "POST",
            url: try Question.url(address, service, doing: activity),
            fields: Question.form,
            body: Array(SignableRequest.canonicalQuery(form).utf8),
            // Who has written the key file says where its tokens are.
            reach: .privateNetworks,
            service: service,
            activity: activity
        )
        return try await token(question)
    }

    /// A JSON Web Token (RFC 7523) that says who asks, for an hour, under the account's key.
    private func assertion(
        email: String,
        audience: String,
        key: String?,
        pem: String
    ) throws(CredentialError) -> String {
        let now = machine.now()
        var header: [String: Any] = ["alg": "RS256", "typ": "JWT"]
        header["kid"] = key
        let claims: [String: Any] = [
            "iss": email, "scope": Self.scope, "aud": audience, "iat": now, "exp": now + 3600,
        ]
        let text = [header, claims].map { Self.encoded(Self.json($0)) }.joined(separator: ".")
        guard let code = RSASignature.code(of: Array(text.utf8), pem: Array(pem.utf8)) else {
            throw .misconfigured("the `private_key` in a key file of Google is no key of RSA")
        }
        return "\(text).\(Self.encoded(code))"
    }

    private static func json(_ object: [String: Any]) -> [UInt8] {
        // Texts and numbers always are JSON.
        Array((try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)) ?? Data())
    }

    /// Base64 for URLs (RFC 4648, 5), without `=`.
    private static func encoded(_ bytes: [UInt8]) -> String {
        let text = Data(bytes).base64EncodedString().utf8
            .filter { $0 != UInt8(ascii: "=") }
            .map { byte in
                switch byte {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                default: byte
                }
            }
        return String(decoding: text, as: UTF8.self)
    }

    // MARK: Machines

    private func machineToken() async throws(CredentialError) -> Renewable<Secret> {
        let host = machine.variable("GCE_METADATA_HOST") ?? "metadata.google.internal"
        let service = "Google metadata"
        let activity = "asking for the machine's token"
        let path = "computeMetadata/v1/instance/service-accounts/default/token"
        let question = Question(
            url: try Question.url("http://\(host)/\(path)", service, doing: activity),
            fields: HTTPFields([("Metadata-Flavor", "Google")]),
            reach: .metadata,
            service: service,
            activity: activity
        )
        do throws(CredentialError) {
            return try await token(question)
        } catch {
            throw error.isSilence ? Self.nowhere(host) : error
        }
    }

    private static func nowhere(_ host: String) -> CredentialError {
        CredentialError(
            .missing,
            "no credentials of Google were found; tried: the key file (\(variable) is not set), the "
                + "machine (nothing answers at \(host))"
        )
    }

    private func token(
        _ question: Question
    ) async throws(CredentialError) -> Renewable<Secret> {
        let answer = try await question.object(on: machine) { $0.text("error") }
        guard let token = answer.text("access_token"), let seconds = answer.number("expires_in")
        else { throw .malformed("it has no token", question.service, doing: question.activity) }
        let now = machine.now()
        let life = min(max(seconds, 0), Self.longestLife)
        return Renewable(Secret(token), at: now, expires: now + life)
    }
}
