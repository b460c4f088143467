internal import CLibCrypto

/// UUIDs that are made of names (RFC 9562, version 5): a name has the same one wherever and whenever it is made.
public enum NameUUID {
    /// The UUID of a name.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - namespace: The UUID of what the name belongs to, 16 bytes.
    /// - Returns: 32 hexadecimal digits in five groups.
    public static func text(of name: String, in namespace: [UInt8]) -> String {
        var bytes = Array(sha1(namespace + Array(name.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x50
        bytes[8] = bytes[8] & 0x3f | 0x80
        let groups = [bytes[..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10...]]
        return groups.map { hexadecimalDigits(Array($0)) }.joined(separator: "-")
    }

    /// SHA-1, which names need and nothing that has to be safe.
    private static func sha1(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 20)
        let status = unsafe EVP_Digest(message, message.count, &digest, nil, EVP_sha1(), nil)
        precondition(status == 1, "OpenSSL refuses SHA-1")
        return digest
    }
}
