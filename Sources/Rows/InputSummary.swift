/// What was read from one input.
public struct InputSummary: Sendable, Hashable {
    /// The file's name in its folder, or what else the rows came from.
    public let name: String
    /// The bytes read, as they lie there (compressed, if they are).
    public let size: Int
    /// SHA-256 of those bytes in 64 hexadecimal digits, as `sha256sum` prints it.
    public let digest: String
    /// When the file was modified last, in nanoseconds since 1970; `nil` of what is no file.
    public let modified: Int64?

    /// Creates a summary.
    public init(name: String, size: Int, digest: String, modified: Int64? = nil) {
        self.name = name
        self.size = size
        self.digest = digest
        self.modified = modified
    }
}
