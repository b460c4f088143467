package import Postgres

/// A point in time as every report of the ledger gives it: ISO 8601 in UTC, `2024-01-31T08:05:00Z`.
///
/// The expression is SQL of type `timestamptz`.
package func isoTime(_ expression: SQL) -> SQL {
    #"to_char(\#(expression) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#
}
