internal import CLibSSL

/// A Lua script that runs on the server, atomically.
///
/// It is sent by its digest, and in full only to a server that has not seen it.
public struct RedisScript: Sendable, Hashable {
    /// The Lua text.
    public let source: String
    /// The SHA-1 of the text in lower-case hexadecimal, by which the server knows it.
    public let digest: String

    /// Creates a script of Lua text.
    public init(_ source: String) {
        self.source = source
        digest = Self.hexadecimalSHA1(of: Array(source.utf8))
    }

    private static func hexadecimalSHA1(of bytes: [UInt8]) -> String {
        var sum = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
        _ = unsafe SHA1(bytes, bytes.count, &sum)
        return sum.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
