internal import CLibCrypto

/// HMAC-SHA256 (RFC 2104): a code of a message that only those can write, and check, who have the key.
public enum MessageAuthentication {
    /// The code of `message`: 32 bytes.
    public static func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        let result = unsafe HMAC(
            EVP_sha256(),
            key,
            Int32(key.count),
            message,
            message.count,
            &code,
            &length
        )
        precondition(unsafe result != nil && length == 32, "OpenSSL refuses HMAC-SHA256")
        return code
    }

    /// The code of `message` in 64 hexadecimal digits.
    public static func hexadecimal(_ message: [UInt8], key: [UInt8]) -> String {
        hexadecimalDigits(code(of: message, key: key))
    }

    /// Whether `code` is that of `message`; how long it takes does not tell where the two differ.
    public static func isCode(_ code: String, of message: [UInt8], key: [UInt8]) -> Bool {
        let expected = Array(hexadecimal(message, key: key).utf8)
        let found = Array(code.utf8)
        guard found.count == expected.count else { return false }
        return unsafe CRYPTO_memcmp(found, expected, expected.count) == 0
    }
}
