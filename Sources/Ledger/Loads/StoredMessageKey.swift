import Planning
import Postgres

extension MessageKey {
    /// What the ledger is asked for the key; it always answers with one row.
    static let query: SQL = "select (select secret from longshore.message_key) as secret"

    /// The key in the ledger's answer; a key that somebody has taken away is an error.
    init(_ answer: PostgresResult) throws {
        self.init(try answer[0].text("secret"))
    }
}
