/// The rows of one statement, and how many it touched.
public struct PostgresResult: Sendable {
    private let handle: ResultHandle

    init(_ handle: ResultHandle) {
        self.handle = handle
    }

    /// The names of the columns, in order.
    public var columns: [String] { handle.columns }

    /// The object identifiers of the columns' types, in order; of a domain that of the type below it.
    ///
    /// Those of built-in types are the same in every server (`pg_type.dat`).
    public var columnTypes: [UInt32] { handle.columnTypes }

    /// Rows inserted, updated, deleted, or selected; 0 for other statements.
    public var affectedRows: Int { handle.affectedRows }

    /// What the server did, as in `INSERT 0 1` or `CREATE TABLE`.
    public var commandTag: String { handle.commandTag }
}

extension PostgresResult: RandomAccessCollection {
    /// Always 0.
    public var startIndex: Int { 0 }
    /// The number of rows.
    public var endIndex: Int { handle.rowCount }

    /// One row.
    public subscript(position: Int) -> PostgresRow {
        precondition(indices.contains(position), "no such row")
        return PostgresRow(handle, index: position)
    }
}
