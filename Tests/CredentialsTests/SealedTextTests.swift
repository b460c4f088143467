import Endpoints
import Testing

@testable import Credentials

@Suite("Sealed texts")
struct SealedTextTests {
    /// Key, nonce and text as `AESGCM` of Python's `cryptography` has sealed them.
    private static let keyText = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    private static let sealed =
        "v1:ZGVmZ2hpamtsbW5vOyi9FByddvFYQiuAv0UJjy9CXp69A7c17RyGW3UQHOJ2"

    private static func refusal(_ sealed: String, name: String = "crm") throws -> CredentialError? {
        let key = try SealingKey(Secret(keyText))
        return #expect(throws: CredentialError.self, "\(sealed)") {
            try SealedText.open(sealed, name: name, key: key)
        }
    }

    @Test("are what others make of the same key, nonce, text and name")
    func vector() throws {
        let key = try SealingKey(Secret(" \(Self.keyText)\n"))
        let opened = try SealedText.open(Self.sealed, name: "crm", key: key)
        #expect(opened.revealed == "s3cret of the crm")
    }

    @Test("come back, under a key that has been written and read")
    func roundTrip() throws {
        let key = SealingKey()
        for text in ["x", "hunter2 \"ü\"\nand a line", String(repeating: "long", count: 5_000)] {
            let sealed = SealedText.seal(Secret(text), name: "crm", key: key)
            #expect(sealed.wholeMatch(of: /v1:[A-Za-z0-9+\/]{38,}={0,2}/) != nil)
            let read = try SealingKey(key.text)
            #expect(try SealedText.open(sealed, name: "crm", key: read).revealed == text)
        }
    }

    @Test("are refused for another name, with another key, and with any sign changed")
    func refused() throws {
        let other = SealingKey()
        let error = #expect(throws: CredentialError.self) {
            try SealedText.open(Self.sealed, name: "crm", key: other)
        }
        #expect(error?.code == .misconfigured)
        #expect(error?.message.contains("`longshore seal crm`") == true)
        #expect(error?.message.contains("s3cret") == false)
        _ = try Self.refusal(Self.sealed, name: "erp")
        let signs = Array(Self.sealed)
        for index in signs.indices {
            var changed = signs
            changed[index] = changed[index] == "A" ? "B" : "A"
            _ = try Self.refusal(String(changed))
        }
        _ = try Self.refusal(String(Self.sealed.dropLast(4)))
        _ = try Self.refusal("v2:" + Self.sealed.dropFirst(3))
    }

    @Test("need a key of 32 bytes", arguments: ["", "no key", "AAAA", keyText + "AAAA"])
    func noKey(text: String) {
        #expect(throws: CredentialError.self) { try SealingKey(Secret(text)) }
    }
}
