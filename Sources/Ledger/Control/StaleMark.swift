package import Postgres

/// How rows of the control table become stale: assignments of an `update longshore.control c set`.
///
/// What is stale already keeps its reasons; a closed period is stale when it is opened again; what is
/// being loaded keeps its state, and is stale when it is recorded.
package struct StaleMark {
    /// Why, as SQL: a parameter or a column.
    let reason: SQL
    /// The newest load that writes such rows itself and so does not clear the mark, as SQL; `nil` when
    /// every load clears it.
    var by: SQL?

    package init(reason: SQL, by: SQL? = nil) {
        self.reason = reason
        self.by = by
    }

    /// The newest load that there is: those that run now began with what was before.
    package static let newestLoad: SQL = "(select max(id) from longshore.load)"

    /// The assignments.
    package var sql: SQL {
        let mark: SQL = """
            reason = case c.state when 'closed' then c.reason else \(added(to: "c.reason")) end,
            reason_before = case c.state when 'closed' then \(added(to: "c.reason_before"))
                else c.reason_before end,
            state_before = case c.state when 'closed' then 'stale' else c.state_before end,
            state = case c.state when 'loaded' then 'stale' else c.state end
            """
        return by.map { "\(mark), stale_by = greatest(c.stale_by, \($0))" } ?? mark
    }

    private func added(to reasons: SQL) -> SQL {
        """
        case when position(\(reason)::text in coalesce(\(reasons), '')) > 0 then \(reasons)
            else concat_ws('; ', \(reasons), \(reason)::text) end
        """
    }
}
