internal import CLibCrypto

/// SHA-256 (FIPS 180-4) of bytes that come in pieces: by it definitions, plans and inputs are called.
@safe
public struct SHA256: ~Copyable {
    private let context: OpaquePointer

    /// The digest of nothing so far.
    public init() {
        // Both fail only where OpenSSL itself cannot run; without digests there is nothing to load.
        guard let context = unsafe EVP_MD_CTX_new() else {
            preconditionFailure("OpenSSL has no memory for a digest")
        }
        let status = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
        precondition(status == 1, "OpenSSL refuses SHA-256")
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// The digest of `message` in 64 hexadecimal digits.
    public static func hexadecimal(_ message: [UInt8]) -> String {
        let digest = SHA256()
        digest.update(message.span)
        return digest.hexadecimal
    }

    /// Takes the next bytes.
    public func update(_ bytes: Swift.Span<UInt8>) {
        let status = unsafe bytes.withUnsafeBufferPointer {
            unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count)
        }
        precondition(status == 1, "OpenSSL refuses bytes of a digest")
    }

    /// The digest of all bytes so far in 64 hexadecimal digits, as `sha256sum` prints it.
    public var hexadecimal: String {
        guard let copy = unsafe EVP_MD_CTX_new() else {
            preconditionFailure("OpenSSL has no memory for a digest")
        }
        defer { unsafe EVP_MD_CTX_free(copy) }
        var digest = [UInt8](repeating: 0, count: 32)
        let isCopied = unsafe EVP_MD_CTX_copy_ex(copy, context) == 1
        let isFinal = unsafe EVP_DigestFinal_ex(copy, &digest, nil) == 1
        precondition(isCopied && isFinal, "OpenSSL cannot end a digest")
        return hexadecimalDigits(digest)
    }
}

/// Bytes as two hexadecimal digits each.
func hexadecimalDigits(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
