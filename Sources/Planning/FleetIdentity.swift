/// Which fleet of which warehouse a process is of: what queues, exchanges and keys are called after.
///
/// A number of a load means something in one ledger only. Two warehouses can share a broker and a Redis,
/// also under one name; two fleets can share a warehouse.
public struct FleetIdentity: Sendable, Hashable {
    /// The fleet's name, as `LONGSHORE_FLEET` says it.
    public var name: String
    /// The random name that the ledger was given when it was made.
    public var warehouse: String

    /// An identity.
    public init(name: String, warehouse: String) {
        self.name = name
        self.warehouse = warehouse
    }
}

/// What a process needs to exchange messages with its fleet.
public struct FleetMembership: Sendable {
    /// Whose queues they go through.
    public var identity: FleetIdentity
    /// What they are signed with.
    public var key: MessageKey

    /// A membership.
    public init(identity: FleetIdentity, key: MessageKey) {
        self.identity = identity
        self.key = key
    }
}

/// A load that a coordinator of another fleet shall not have.
public struct ForeignLoad: Error, Sendable, Hashable, CustomStringConvertible {
    /// The load.
    public var load: Int64
    /// The fleet that it belongs to.
    public var fleet: String
    /// The fleet of who asked for it.
    public var own: String

    /// An error.
    public init(load: Int64, fleet: String, own: String) {
        self.load = load
        self.fleet = fleet
        self.own = own
    }

    /// What is wrong and what to do.
    public var description: String {
        "load \(load) belongs to the fleet `\(fleet)`, and this program is of the fleet `\(own)`: "
            + "its own coordinators go on with it; to be one of them, set LONGSHORE_FLEET=\(fleet)"
    }
}
