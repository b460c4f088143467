internal import CLibCrypto

extension DefinitionBundle {
    /// The SHA-256 of the bundle in 64 hexadecimal digits: its name in the ledger.
    ///
    /// It depends on the bytes of the texts and not on the order in which they were put in; each text
    /// is hashed with its length, so that no two bundles look alike to it.
    public var digest: String {
        sha256(canonicalEncoding)
            .map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
            .joined()
    }

    /// `longshore-definition-1`, then every file and every parameter in the order of their names'
    /// bytes: kind, length of the name, length of the text, name, text.
    private var canonicalEncoding: [UInt8] {
        var bytes = Array("longshore-definition-1\n".utf8)
        for (kind, entries) in [("file", files), ("parameter", parameters)] {
            for (name, text) in entries.sorted(by: {
                $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
            }) {
                bytes += "\(kind) \(name.utf8.count) \(text.utf8.count)\n".utf8
                bytes += name.utf8
                bytes += text.utf8
            }
        }
        return bytes
    }
}

private func sha256(_ message: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let status = unsafe EVP_Digest(message, message.count, &digest, nil, EVP_sha256(), nil)
    // It fails only where OpenSSL itself cannot run; without digests there is nothing to load.
    precondition(status == 1, "OpenSSL refuses SHA-256")
    return digest
}
