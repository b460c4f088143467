internal import CLibCrypto

/// AES-256 in Galois/Counter Mode (NIST SP 800-38D): nobody without the key reads what is sealed, or changes a
/// bit of it unnoticed.
public enum AuthenticatedCipher {
    /// Bytes of a key.
    public static let keySize = 32
    private static let nonceSize = 12
    private static let tagSize = 16

    /// Seals a text under a random nonce.
    ///
    /// - Parameters:
    ///   - text: What is to be hidden.
    ///   - key: ``keySize`` bytes.
    ///   - context: What the text belongs to: it is not hidden, and must be the same when it is opened.
    /// - Returns: The nonce (12 bytes), the hidden text, and the tag (16 bytes).
    public static func sealed(_ text: [UInt8], key: [UInt8], context: [UInt8]) -> [UInt8] {
        precondition(key.count == keySize, "a key of AES-256 has 32 bytes")
        let nonce = random(nonceSize)
        let cipher = CipherContext(key: key, nonce: nonce, encrypts: true)
        cipher.take(context)
        let hidden = cipher.changed(text)
        precondition(cipher.isFinished(), "OpenSSL cannot end a cipher")
        return nonce + hidden + cipher.tag(tagSize)
    }

    /// The text of what ``sealed(_:key:context:)`` has given; `nil` under another key or context, and when a bit
    /// is another one.
    public static func opened(_ sealed: [UInt8], key: [UInt8], context: [UInt8]) -> [UInt8]? {
        guard key.count == keySize, sealed.count >= nonceSize + tagSize else { return nil }
        let nonce = Array(sealed.prefix(nonceSize))
        let cipher = CipherContext(key: key, nonce: nonce, encrypts: false)
        cipher.take(context)
        let text = cipher.changed(Array(sealed.dropFirst(nonceSize).dropLast(tagSize)))
        cipher.expect(tag: Array(sealed.suffix(tagSize)))
        return cipher.isFinished() ? text : nil
    }

    /// Bytes that nobody can guess.
    public static func random(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let status = unsafe RAND_bytes(&bytes, Int32(count))
        precondition(status == 1, "OpenSSL has no random bytes")
        return bytes
    }
}

/// A cipher at work; what OpenSSL refuses of it is refused always, so it ends the process.
@safe
private struct CipherContext: ~Copyable {
    private let context: OpaquePointer

    init(key: [UInt8], nonce: [UInt8], encrypts: Bool) {
        guard let context = unsafe EVP_CIPHER_CTX_new() else {
            preconditionFailure("OpenSSL has no memory for a cipher")
        }
        let status = unsafe EVP_CipherInit_ex(
            context,
            EVP_aes_256_gcm(),
            nil,
            key,
            nonce,
            encrypts ? 1 : 0
        )
        precondition(status == 1, "OpenSSL refuses AES-256-GCM")
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
    }

    /// Takes what is authenticated and not hidden.
    func take(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        var count: Int32 = 0
        let status = unsafe EVP_CipherUpdate(context, nil, &count, bytes, Int32(bytes.count))
        precondition(status == 1, "OpenSSL refuses a context")
    }

    /// The bytes hidden, or shown again.
    func changed(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        var result = [UInt8](repeating: 0, count: bytes.count)
        var count: Int32 = 0
        let status = unsafe EVP_CipherUpdate(context, &result, &count, bytes, Int32(bytes.count))
        precondition(status == 1 && count == bytes.count, "OpenSSL refuses bytes of a cipher")
        return result
    }

    /// Ends it; `false` when the tag is that of something else.
    func isFinished() -> Bool {
        var rest = [UInt8](repeating: 0, count: 16)
        var count: Int32 = 0
        let isGood = unsafe EVP_CipherFinal_ex(context, &rest, &count) == 1
        // What is left behind would be taken for an error of somebody else on this thread.
        ERR_clear_error()
        return isGood
    }

    func tag(_ size: Int) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: size)
        let status = unsafe EVP_CIPHER_CTX_ctrl(
            context,
            EVP_CTRL_AEAD_GET_TAG,
            Int32(size),
            &tag
        )
        precondition(status == 1, "OpenSSL has no tag of a cipher")
        return tag
    }

    func expect(tag: [UInt8]) {
        var tag = tag
        let status = unsafe EVP_CIPHER_CTX_ctrl(
            context,
            EVP_CTRL_AEAD_SET_TAG,
            Int32(tag.count),
            &tag
        )
        precondition(status == 1, "OpenSSL refuses a tag")
    }
}
