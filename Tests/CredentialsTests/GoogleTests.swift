import Digests
import Endpoints
import Foundation
import Loopback
import TestSupport
import Testing

@testable import Credentials

/// Tokens of Google, from stand-ins for its services.
@Suite("Tokens of Google")
struct GoogleTests {
    private static func key(_ change: (inout [String: String]) -> Void = { _ in }) throws -> String
    {
        var members = [
            "type": "service_account", "client_email": "loader@example.iam.gserviceaccount.com",
            "private_key": rsaTestKey, "private_key_id": "k1",
            "token_uri": "http://127.0.0.1:1/token",
        ]
        change(&members)
        return String(decoding: try JSONEncoder().encode(members), as: UTF8.self)
    }

    private static func decoded(_ part: Substring) throws -> [UInt8] {
        let text = part.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - text.count % 4) % 4)
        return Array(try #require(Data(base64Encoded: text + padding)))
    }

    @Test("are had by a key's signature, and again before they expire")
    func key() async throws {
        let server = try WebServer { _, connection in
            connection.say(#"{"access_token": "canary-token", "expires_in": 3599}"#)
        }
        let key = try Self.key { $0["token_uri"] = "\(server.url)/token" }
        let surroundings = Surroundings()
        let store = surroundings.store
        let identity = GoogleIdentity.key(Secret(key))
        for _ in 0..<2 { #expect(try await store.token(identity).revealed == "canary-token") }
        #expect(server.requests.count == 1)
        let form = try #require(server.requests.first).form
        #expect(form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer")
        let parts = try #require(form["assertion"]).split(separator: ".")
        #expect(
            String(decoding: try Self.decoded(parts[0]), as: UTF8.self)
                == #"{"alg":"RS256","kid":"k1","typ":"JWT"}"#
        )
        let claims = try JSONSerialization.jsonObject(with: Data(try Self.decoded(parts[1])))
        let members = try #require(claims as? [String: Any])
        #expect(members["iss"] as? String == "loader@example.iam.gserviceaccount.com")
        #expect(members["aud"] as? String == "\(server.url)/token")
        #expect(members["exp"] as? Int == surroundings.now + 3_600)
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        #expect(
            try Self.decoded(parts[2]) == RSASignature.code(of: signed, pem: Array(rsaTestKey.utf8))
        )
        surroundings.pass(seconds: 3_300)
        _ = try await store.token(identity)
        #expect(server.requests.count == 2)
    }

    @Test(
        "are the machine's own: by the key that the environment names, or by what it says of itself"
    )
    func machine() async throws {
        let server = try WebServer { request, connection in
            guard request.method == "POST" || request["Metadata-Flavor"] == "Google" else {
                return connection.say("", status: 403)
            }
            let name = request.method == "POST" ? "key" : "machine"
            connection.say(#"{"access_token": "canary-\#(name)", "expires_in": 600}"#)
        }
        let file = try Surroundings.file(try Self.key { $0["token_uri"] = "\(server.url)/token" })
        let byKey = Surroundings(["GOOGLE_APPLICATION_CREDENTIALS": file]).store
        #expect(try await byKey.token(.machine).revealed == "canary-key")
        let own = Surroundings(["GCE_METADATA_HOST": "127.0.0.1:\(server.port)"]).store
        #expect(try await own.token(.machine).revealed == "canary-machine")
        #expect(
            server.requests.last?.path
                == "/computeMetadata/v1/instance/service-accounts/default/token"
        )
    }

    @Test("hold for a day at most, whatever their service says", arguments: [Int.max, Int.min, -1])
    func life(_ seconds: Int) async throws {
        let server = try WebServer { _, connection in
            connection.say(#"{"access_token": "canary-token", "expires_in": \#(seconds)}"#)
        }
        let surroundings = Surroundings(["GCE_METADATA_HOST": "127.0.0.1:\(server.port)"])
        let store = surroundings.store
        #expect(try await store.token(.machine).revealed == "canary-token")
        surroundings.pass(seconds: 86_400)
        _ = try await store.token(.machine)
        #expect(server.requests.count == 2)
    }

    @Test("that cannot be had are told without any value")
    func refused() async throws {
        let server = try WebServer { _, connection in
            connection.say(
                #"{"error": "invalid_grant", "error_description": "canary"}"#,
                status: 400
            )
        }
        let keys = [
            ("canary no JSON", "no service account"),
            (try Self.key { $0["type"] = "authorized_user" }, "no service account"),
            (try Self.key { $0["private_key"] = "canary" }, "no key of RSA"),
            (
                try Self.key { $0["token_uri"] = server.url },
                "Google OAuth says `invalid_grant` (status 400)"
            ),
            (try Self.key(), "127.0.0.1:1"),
        ]
        for (key, message) in keys {
            let error = await #expect(throws: CredentialError.self) {
                try await Surroundings().store.token(.key(Secret(key)))
            }
            #expect(error?.message.contains(message) == true, "\(String(describing: error))")
            #expect(error?.message.contains("canary") == false)
        }
        let error = await #expect(throws: CredentialError.self) {
            try await Surroundings(["GCE_METADATA_HOST": "127.0.0.1:1"]).store.token(.machine)
        }
        #expect(
            error?.message
                == "no credentials of Google were found; tried: the key file "
                + "(GOOGLE_APPLICATION_CREDENTIALS is not set), the machine (nothing answers at 127.0.0.1:1)"
        )
    }
}
