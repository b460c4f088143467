internal import Endpoints
internal import Foundation
internal import HTTP
internal import Signing
internal import Words

/// Reads a text that a Vault keeps in its store of keys and values, version 2.
///
/// <https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2>,
/// <https://developer.hashicorp.com/vault/api-docs/auth/kubernetes>
struct VaultReader {
    let machine: Machine
    let identity: VaultIdentity

    private static let service = "Vault"
    /// How long a text holds: the Vault says nothing of it, and somebody may change it.
    private static let lifetime = 600

    /// The text.
    ///
    /// - Throws: ``CredentialError``.
    func text() async throws(CredentialError) -> Renewable<Secret> {
        let token = try await token()
        var question = try question(identity.path, doing: "reading `\(identity.path)`")
        question.fields["X-Vault-Token"] = token.revealed
        let answer = try await secret(question)
        guard let values = answer.object("data")?.object("data") else {
            throw .malformed(
                "it has no `data.data`; expected a path of version 2, such as `secret/data/crm`",
                Self.service,
                doing: question.activity
            )
        }
        guard let text = values.text(identity.field) else {
            throw .malformed(
                "the secret has no text `\(identity.field)`",
                Self.service,
                doing: question.activity
            )
        }
        let now = machine.now()
        return Renewable(Secret(text), at: now, expires: now + Self.lifetime)
    }

    /// A path where nothing lies is answered with 404: somebody may still put it there.
    private func secret(_ question: Question) async throws(CredentialError) -> JSONObject {
        do throws(CredentialError) {
            return try await question.object(on: machine)
        } catch {
            guard error.status == 404 else { throw error }
            throw CredentialError(.missing, error.message)
        }
    }

    private func token() async throws(CredentialError) -> Secret {
        switch identity.login {
        case .token(let token): token
        case .kubernetes(let role): try await login(role)
        }
    }

    /// The pod's account is shown only to the Vault that the pod itself names: a definition could name anybody.
    private func login(_ role: String) async throws(CredentialError) -> Secret {
        guard machine.variable("VAULT_ADDR") == identity.url else {
            throw CredentialError(
                .forbidden,
                "logging in to a Vault by Kubernetes: only the Vault of VAULT_ADDR is shown the pod's "
                    + "account; set it where this worker runs, and write `vault: \"${VAULT_ADDR}\"`"
            )
        }
        let file =
            machine.variable("LONGSHORE_KUBERNETES_TOKEN_FILE")
            ?? "/var/run/secrets/kubernetes.io/serviceaccount/token"
        guard let account = machine.text(ofFile: file) else {
            throw CredentialError(
                .missing,
                "logging in to a Vault by Kubernetes: `\(file)` cannot be read; this worker runs in no "
                    + "pod, or has no account"
            )
        }
        var question = try question("auth/kubernetes/login", doing: "logging in as `\(role)`")
        question.method = "POST"
        let body = ["jwt": account, "role": role]
        question.body = Array((try? JSONEncoder().encode(body)) ?? Data())
        question.fields["Content-Type"] = "application/json"
        let answer = try await question.object(on: machine)
        guard let token = answer.object("auth")?.text("client_token") else {
            throw .malformed("it has no token", Self.service, doing: question.activity)
        }
        return Secret(token)
    }

    private func question(
        _ path: String,
        doing activity: String
    ) throws(CredentialError) -> Question {
        var url = try Question.url(identity.url, Self.service, doing: activity)
        guard !path.isEmpty, !path.pathParts.contains("..") else {
            throw .misconfigured("\(activity): expected a path such as `secret/data/crm`")
        }
        url.path = SignableRequest.path("v1/" + path)
        return Question(
            url: url,
            reach: identity.isPrivate ? .privateNetworks : .internet,
            service: Self.service,
            activity: activity
        )
    }
}
