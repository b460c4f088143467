internal import Digests
public import Endpoints
internal import Foundation

/// A text that may lie where everybody reads it: `v1:` and, in Base64 (RFC 4648, 4), what AES-256-GCM makes of it:
/// a nonce of 12 random bytes, the hidden text, a tag of 16 bytes (NIST SP 800-38D).
///
/// The name of the credential is authenticated with it: under another name it cannot be opened.
public enum SealedText {
    private static let mark = "v1:"

    /// Seals a text.
    public static func seal(_ text: Secret, name: String, key: SealingKey) -> String {
        let sealed = AuthenticatedCipher.sealed(
            Array(text.revealed.utf8),
            key: key.bytes,
            context: Array(name.utf8)
        )
        return mark + Data(sealed).base64EncodedString()
    }

    /// The text that was sealed.
    ///
    /// - Throws: ``CredentialError/Code/misconfigured``.
    public static func open(
        _ sealed: String,
        name: String,
        key: SealingKey
    ) throws(CredentialError) -> Secret {
        guard sealed.hasPrefix(mark), let data = Data(base64Encoded: String(sealed.dropFirst(3)))
        else {
            throw .misconfigured(
                "the sealed credential `\(name)` is not what `longshore seal` prints: `v1:…`"
            )
        }
        let opened = AuthenticatedCipher.opened(
            Array(data),
            key: key.bytes,
            context: Array(name.utf8)
        )
        guard let opened, let text = String(validating: opened, as: UTF8.self) else {
            throw .misconfigured(
                "the sealed credential `\(name)` cannot be opened: it was sealed with another key or for "
                    + "another name, or was changed; seal it again with `longshore seal \(name)`"
            )
        }
        return Secret(text)
    }
}

/// The key of sealed credentials: 32 random bytes, in Base64 on the only line of a file.
public struct SealingKey: Sendable {
    let bytes: [UInt8]

    /// The variable that names the file of the key.
    public static let variable = "LONGSHORE_SEALING_KEY_FILE"

    /// A new key.
    public init() {
        bytes = AuthenticatedCipher.random(AuthenticatedCipher.keySize)
    }

    /// The key that a text says.
    ///
    /// - Throws: ``CredentialError/Code/misconfigured``.
    public init(_ text: Secret) throws(CredentialError) {
        let line = text.revealed.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let data = Data(base64Encoded: line), data.count == AuthenticatedCipher.keySize else {
            throw .misconfigured(
                "the file of \(Self.variable) has no key: expected what `longshore seal --new-key` has "
                    + "written"
            )
        }
        bytes = Array(data)
    }

    /// The text of its file.
    public var text: Secret { Secret(Data(bytes).base64EncodedString()) }
}
