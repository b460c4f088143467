/// What a source itself knows of a column's values, as a database does of a query's.
///
/// Such values are read as what they are: no declared format is needed for them, and none can misread
/// them.
public enum SourceType: String, Sendable, Hashable, CaseIterable {
    /// A day.
    case date
    /// A day and a time on a clock of no particular zone.
    case timestamp
    /// An instant; its text has an offset.
    case instant
    /// A number in digits, with a point.
    case number

    /// What a built-in type of Postgres is, by its object identifier (`pg_type.dat`).
    public init?(postgres type: UInt32) {
        switch type {
        case 1082: self = .date
        case 1114: self = .timestamp
        case 1184: self = .instant
        // smallint, integer, bigint, oid, real, double precision, numeric
        case 20, 21, 23, 26, 700, 701, 1700: self = .number
        default: return nil
        }
    }

    /// Whether it is a day, with or without a time.
    var isTime: Bool { self != .number }
}
