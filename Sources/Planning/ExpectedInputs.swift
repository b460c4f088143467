/// What an attempt will read, as far as its source knows it before the first row.
public struct ExpectedInputs: Sendable, Hashable, Codable {
    /// How many files or objects.
    public var files: Int
    /// All their bytes, as they lie there; `nil` where the source does not know the size of each.
    public var bytes: Int?
    /// The first one's name.
    public var first: String

    /// Creates what is known.
    public init(files: Int, bytes: Int?, first: String) {
        self.files = files
        self.bytes = bytes
        self.first = first
    }
}
