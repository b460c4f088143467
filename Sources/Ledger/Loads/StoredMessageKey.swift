public import Planning
import Postgres

extension MessageKey {
    /// What the ledger is asked for the key; it always answers with one row.
    static let query: SQL = "select (select secret from longshore.message_key) as secret"

    /// The key in the ledger's answer; a key that somebody has taken away is an error.
    init(_ answer: PostgresResult) throws {
        self.init(try answer[0].text("secret"))
    }
}

extension PostgresLedger {
    /// Which fleet of which warehouse this is, and what its messages are signed with.
    ///
    /// - Throws: `PostgresError`, also when this login may not read the key, as readers may not.
    public func membership() async throws -> FleetMembership {
        FleetMembership(
            identity: FleetIdentity(name: fleet, warehouse: try await warehouse()),
            key: try MessageKey(await query(MessageKey.query))
        )
    }
}
