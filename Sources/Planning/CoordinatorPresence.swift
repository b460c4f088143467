/// A coordinator that lives, and the places that it has for loads.
public struct CoordinatorPresence: Sendable, Hashable, Codable {
    /// Its name in leases: host, process and a random part.
    public var name: String
    /// How many loads it coordinates at most at a time.
    public var places: Int
    /// How many it coordinates now.
    public var taken: Int
    /// The version of its program; `nil` of one that does not tell.
    public var version: String?

    /// Creates a presence.
    public init(
        name: String,
        places: Int,
        taken: Int,
        version: String? = ProgramVersion.current
    ) {
        self.name = name
        self.places = places
        self.taken = taken
        self.version = version
    }
}
