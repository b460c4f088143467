import Endpoints
import Foundation
import Loopback
import Synchronization
import TestSupport
import Testing

@testable import Credentials

/// Texts of a Vault, from a stand-in that answers as its documentation says.
@Suite("Texts of a Vault")
struct VaultTests {
    private static let answer = """
        {"lease_duration": 0, "data": {"data": {"value": "canary-text", "user": "crm", "port": 5432},
         "metadata": {"version": 3}}}
        """

    private static func vault(_ count: Counter = Counter()) throws -> WebServer {
        try WebServer { request, connection in
            switch (request.method, request.path) {
            case ("POST", "/v1/auth/kubernetes/login"):
                let body = try? JSONDecoder()
                    .decode([String: String].self, from: Data(request.body))
                guard body == ["jwt": "canary-jwt", "role": "loader"] else {
                    return connection.say(#"{"errors": ["canary"]}"#, status: 403)
                }
                connection.say(#"{"auth": {"client_token": "canary-token", "lease_duration": 60}}"#)
            case ("GET", "/v1/secret/data/c%20rm"):
                guard request["X-Vault-Token"] == "canary-token" else {
                    return connection.say(#"{"errors": ["canary"]}"#, status: 403)
                }
                count.value.add(1, ordering: .relaxed)
                connection.say(answer)
            case ("GET", "/v1/secret/crm"): connection.say(#"{"data": {"value": "canary"}}"#)
            default: connection.say(#"{"errors": []}"#, status: 404)
            }
        }
    }

    private final class Counter: Sendable {
        let value = Atomic(0)
    }

    private static func identity(
        _ url: String,
        path: String = "secret/data/c rm",
        field: String = "value",
        login: VaultIdentity.Login = .token(Secret("canary-token")),
        isPrivate: Bool = true
    ) -> VaultIdentity {
        VaultIdentity(url: url, path: path, field: field, login: login, isPrivate: isPrivate)
    }

    @Test("are read by a token, kept for minutes, and read again")
    func token() async throws {
        let count = Counter()
        let server = try Self.vault(count)
        let surroundings = Surroundings()
        let store = surroundings.store
        let identity = Self.identity(server.url)
        for _ in 0..<3 { #expect(try await store.text(identity).revealed == "canary-text") }
        #expect(count.value.load(ordering: .relaxed) == 1)
        surroundings.pass(seconds: 300)
        _ = try await store.text(identity)
        #expect(count.value.load(ordering: .relaxed) == 2)
        let user = try await store.text(Self.identity(server.url, field: "user"))
        #expect(user.revealed == "crm")
    }

    @Test("are read by a pod's account, which is shown to the pod's own Vault only")
    func kubernetes() async throws {
        let server = try Self.vault()
        var variables = [
            "LONGSHORE_KUBERNETES_TOKEN_FILE": try Surroundings.file("canary-jwt\n"),
            "VAULT_ADDR": server.url,
        ]
        let identity = Self.identity(server.url, login: .kubernetes(role: "loader"))
        let text = try await Surroundings(variables).store.text(identity)
        #expect(text.revealed == "canary-text")
        variables["VAULT_ADDR"] = "https://vault.example"
        let before = server.requests.count
        let error = try await Self.failure(identity, variables)
        #expect(error.code == .forbidden)
        #expect(server.requests.count == before)
        variables["VAULT_ADDR"] = server.url
        let other = Self.identity(server.url, login: .kubernetes(role: "other"))
        #expect(try await Self.failure(other, variables).code == .denied)
    }

    @Test("that cannot be had are told without any value")
    func refused() async throws {
        let server = try Self.vault()
        let cases: [(VaultIdentity, CredentialError.Code, String)] = [
            (
                Self.identity(server.url, login: .token(Secret("canary-wrong"))), .denied,
                "status 403"
            ),
            (Self.identity(server.url, path: "secret/data/none"), .missing, "status 404"),
            (Self.identity(server.url, path: "secret/crm"), .misconfigured, "no `data.data`"),
            (Self.identity(server.url, path: "secret/../sys"), .misconfigured, "expected a path"),
            (Self.identity(server.url, field: "port"), .misconfigured, "no text `port`"),
            (Self.identity(server.url, field: "none"), .misconfigured, "no text `none`"),
            (Self.identity(server.url, isPrivate: false), .misconfigured, "private network"),
            (Self.identity("http://127.0.0.1:1"), .unavailable, "127.0.0.1:1"),
            (Self.identity("vault.example"), .misconfigured, "no `http://`"),
        ]
        for (identity, code, message) in cases {
            let error = try await Self.failure(identity)
            #expect(error.code == code, "\(error)")
            #expect(error.message.contains(message), "\(error)")
            #expect(error.isRetryable == (code == .unavailable))
        }
    }

    private static func failure(
        _ identity: VaultIdentity,
        _ variables: [String: String] = [:]
    ) async throws -> CredentialError {
        let error = await #expect(throws: CredentialError.self) {
            try await Surroundings(variables).store.text(identity)
        }
        let found = try #require(error)
        #expect(!"\(found) \(found.message)".contains("canary"))
        return found
    }
}
