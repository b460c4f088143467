import Digests

extension DefinitionBundle {
    /// The SHA-256 of the bundle in 64 hexadecimal digits: its name in the ledger.
    ///
    /// It depends on the bytes of the texts and not on the order in which they were put in; each text
    /// is hashed with its length, so that no two bundles look alike to it.
    public var digest: String { SHA256.hexadecimal(canonicalEncoding) }

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
