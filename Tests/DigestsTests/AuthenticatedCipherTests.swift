import Digests
import TestSupport
import Testing

@Suite("Sealed bytes")
struct AuthenticatedCipherTests {
    private static let key = (0..<32).map { UInt8($0) }
    private static let context = Array("crm".utf8)

    @Test("are opened with the same key and context, whatever their length")
    func roundTrip() {
        for count in [0, 1, 15, 16, 17, 1_000] {
            let text = AuthenticatedCipher.random(count)
            let sealed = AuthenticatedCipher.sealed(text, key: Self.key, context: Self.context)
            #expect(sealed.count == count + 28)
            #expect(
                AuthenticatedCipher.opened(sealed, key: Self.key, context: Self.context) == text
            )
        }
    }

    @Test("of one text are other bytes each time")
    func nonces() {
        let sealed = (0..<50)
            .map { _ in AuthenticatedCipher.sealed([1, 2, 3], key: Self.key, context: []) }
        #expect(Set(sealed).count == 50)
    }

    @Test("are not opened with another key or context, cut off, or with any bit changed")
    func refused() {
        let sealed = AuthenticatedCipher.sealed(
            Array("s3cret".utf8),
            key: Self.key,
            context: Self.context
        )
        func opened(
            _ bytes: [UInt8],
            _ key: [UInt8] = Self.key,
            _ context: [UInt8] = Self.context
        ) -> [UInt8]? {
            AuthenticatedCipher.opened(bytes, key: key, context: context)
        }
        #expect(opened(sealed, Self.key.reversed()) == nil)
        #expect(opened(sealed, Self.key + [0]) == nil)
        #expect(opened(sealed, Self.key, Array("crn".utf8)) == nil)
        #expect(opened(sealed, Self.key, []) == nil)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(opened(changed) == nil, "byte \(index)")
            #expect(opened(Array(sealed.prefix(index))) == nil, "the first \(index)")
        }
        #expect(opened(sealed + [0]) == nil)
    }
}

@Suite("Signatures by RSA")
struct RSASignatureTests {
    @Test("are those that `openssl dgst -sha256 -sign` makes")
    func vector() {
        let code = RSASignature.code(of: Array("a message".utf8), pem: Array(rsaTestKey.utf8))
        let expected = """
            a40b91eb14e479481091752921296d2f58f1d3d2ddc61eff61a35ab86811575e5fcf84f595123fad1f4e\
            d1fb4a1d9f70ee401d93188f3e2a28945d2c90a7835d6d114a3c11a00b023f38bff108e38431c2a6e05c\
            0715d2adef67629b39ad570da9537c2807ac77770408076aa535de20b1796324c457b6ed5d61858a3367\
            565c
            """
        #expect(code.map(hexadecimal) == expected)
    }

    @Test("are none without a key", arguments: ["", "no key", String(rsaTestKey.prefix(300))])
    func noKey(pem: String) {
        #expect(RSASignature.code(of: [1], pem: Array(pem.utf8)) == nil)
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}
