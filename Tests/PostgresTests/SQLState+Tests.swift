import Postgres

/// Codes that only tests ask for.
extension SQLState {
    /// 22P02: a text cannot be read as its type.
    static let invalidTextRepresentation = SQLState(rawValue: "22P02")
    /// 28P01: wrong password.
    static let invalidPassword = SQLState(rawValue: "28P01")
    /// 3D000: no such database.
    static let invalidCatalogName = SQLState(rawValue: "3D000")
    /// 40001: a concurrent transaction forced this one to roll back.
    static let serializationFailure = SQLState(rawValue: "40001")
    /// 42601: the statement cannot be parsed.
    static let syntaxError = SQLState(rawValue: "42601")
}
