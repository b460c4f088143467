import Words

/// Why a body is no message.
public enum EnvelopeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// It is not JSON of the expected form.
    case garbage
    /// It ends before its object does.
    case truncated
    /// It is longer than 1 KB.
    case oversized(bytes: Int)
    /// It is of a version that this program does not know.
    case unknownVersion(Int)
    /// A field is absent.
    case missingField(String)
    /// A field has a value that it cannot have.
    case badField(String)
    /// It is of another warehouse.
    case stranger
    /// Nobody who has the warehouse's key wrote it.
    case unsigned

    /// A stable word for headers and metrics.
    public var code: String {
        switch self {
        case .garbage: "garbage"
        case .truncated: "truncated"
        case .oversized: "oversized"
        case .unknownVersion: "unknown_version"
        case .missingField: "missing_field"
        case .badField: "bad_field"
        case .stranger: "stranger"
        case .unsigned: "unsigned"
        }
    }

    /// What is wrong, never with the body's content.
    public var description: String {
        switch self {
        case .garbage: "the body is not a JSON object with a version `v`"
        case .truncated: "the body ends before its JSON object does"
        case .oversized(let bytes):
            "the body has \(counted(bytes, "byte")); expected at most \(Envelope.maximumSize)"
        case .unknownVersion(let version):
            "the body is of version `\(version)`; expected `\(Envelope.version)`: "
                + "are all programs of the fleet of one release?"
        case .missingField(let name): "the body has no field `\(name)`"
        case .stranger:
            "the message is of another warehouse, whose numbers of loads mean something else here: "
                + "its own coordinator publishes it again; drop it"
        case .unsigned:
            "the message is not signed by this warehouse: an older version has written it, or a "
                + "stranger; open tasks are published again by their coordinator; drop it"
        case .badField(let name): "the body's field `\(name)` has an impossible value"
        }
    }
}
