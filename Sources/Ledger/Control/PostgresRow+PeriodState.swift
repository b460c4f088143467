package import Planning
import Postgres

extension PostgresRow {
    /// How a period stands, by a column of the control table.
    package func periodState(_ column: String) throws -> PeriodState {
        PeriodState(rawValue: try text(column)) ?? .pending
    }
}
