import Digests
import Pipelines

/// SHA-256 of what is read, and how much it was.
struct ContentDigest: ~Copyable {
    private let digest = SHA256()
    /// The number of bytes so far.
    private(set) var count = 0

    /// Takes the next bytes.
    mutating func update(_ bytes: Span<UInt8>) {
        count += bytes.count
        digest.update(bytes)
    }

    /// The digest of all bytes so far in 64 hexadecimal digits.
    var value: String { digest.hexadecimal }
}
