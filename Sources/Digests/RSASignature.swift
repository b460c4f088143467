internal import CLibCrypto

/// Signatures by RSA with SHA-256 (RFC 8017, RSASSA-PKCS1-v1_5): `RS256` of JSON Web Tokens.
public enum RSASignature {
    /// The signature of `message` by the private key of a PEM text; `nil` when there is none that can be used, or
    /// one under a password.
    public static func code(of message: [UInt8], pem: [UInt8]) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard let key = unsafe privateKey(pem) else { return nil }
        defer { unsafe EVP_PKEY_free(key) }
        guard unsafe EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA,
            let context = unsafe EVP_MD_CTX_new()
        else { return nil }
        defer { unsafe EVP_MD_CTX_free(context) }
        var size = 0
        guard unsafe EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
            unsafe EVP_DigestSign(context, nil, &size, message, message.count) == 1
        else { return nil }
        var code = [UInt8](repeating: 0, count: size)
        guard unsafe EVP_DigestSign(context, &code, &size, message, message.count) == 1 else {
            return nil
        }
        return Array(code.prefix(size))
    }

    /// The caller frees it.
    private static func privateKey(_ pem: [UInt8]) -> OpaquePointer? {
        unsafe pem.withUnsafeBytes { bytes in
            let memory = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
            guard let memory = unsafe memory else { return nil }
            defer { unsafe BIO_free(memory) }
            // Without a function of ours the terminal would be asked for a password.
            return unsafe PEM_read_bio_PrivateKey(memory, nil, { _, _, _, _ in -1 }, nil)
        }
    }
}
