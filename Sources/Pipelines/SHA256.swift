internal import CLibCrypto

/// The digest by which definitions and plans are called (FIPS 180-4).
public enum SHA256 {
    /// The digest of `message` in 64 hexadecimal digits.
    public static func hexadecimal(_ message: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        let status = unsafe EVP_Digest(message, message.count, &digest, nil, EVP_sha256(), nil)
        // It fails only where OpenSSL itself cannot run; without digests there is nothing to load.
        precondition(status == 1, "OpenSSL refuses SHA-256")
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
