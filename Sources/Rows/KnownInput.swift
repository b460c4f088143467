/// An input that is to be read, as its source knows it before.
public struct KnownInput: Sendable, Hashable {
    /// The file's name in its folder.
    public let name: String
    /// Its bytes, as they lie there; `nil` where the source does not say.
    public let size: Int?

    /// Creates what is known.
    public init(name: String, size: Int?) {
        self.name = name
        self.size = size
    }
}
