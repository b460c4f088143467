import CMariaDB

/// Owns one prepared statement, and the memory for a row of its result.
///
/// It belongs to its session's thread, and must go before the session does.
@safe final class StatementHandle {
    private let statement: UnsafeMutablePointer<MYSQL_STMT>
    private let connection: UnsafeMutablePointer<MYSQL>
    private var buffers: ResultBuffers?
    /// Whether rows are on their way that nobody has fetched.
    private(set) var hasRowsLeft = false

    /// Prepares one statement.
    init(
        _ sql: String,
        on connection: UnsafeMutablePointer<MYSQL>
    ) throws(MariaDBError) {
        guard let statement = unsafe mysql_stmt_init(connection) else {
            throw MariaDBError(.connectionLost, "the connection to the server is gone")
        }
        unsafe self.statement = unsafe statement
        unsafe self.connection = unsafe connection
        let bytes = Array(sql.utf8)
        let failed = unsafe bytes.withUnsafeBytes { raw in
            unsafe mysql_stmt_prepare(
                statement,
                raw.baseAddress?.assumingMemoryBound(to: CChar.self),
                UInt(raw.count)
            )
        }
        if failed != 0 { throw error() }
    }

    deinit {
        _ = unsafe mysql_stmt_close(statement)
    }

    /// How many `?` it has.
    var parameterCount: Int { Int(unsafe mysql_stmt_param_count(statement)) }

    /// The columns of its result, as they are known by now.
    var columns: [MariaDBColumn] {
        guard let result = unsafe mysql_stmt_result_metadata(statement) else { return [] }
        defer { unsafe mysql_free_result(result) }
        let count = Int(unsafe mysql_num_fields(result))
        guard let fields = unsafe mysql_fetch_fields(result) else { return [] }
        return (0..<count).map { unsafe MariaDBColumn(fields[$0]) }
    }

    /// Runs it; its rows stay with the server until they are fetched.
    func execute(_ moments: [MariaDBMoment]) throws(MariaDBError) {
        guard moments.count == parameterCount else {
            throw MariaDBError(
                .client(Int(CR_PARAMS_NOT_BOUND)),
                "the query has a `?` of its own; only `:period_start` and `:period_end` are given "
                    + "values"
            )
        }
        var times = moments.map(\.time)
        let failed = unsafe times.withUnsafeMutableBufferPointer { times in
            var binds = unsafe moments.indices.map { index in
                var bind = unsafe MYSQL_BIND()
                unsafe bind.buffer_type = moments[index].type
                unsafe bind.buffer = unsafe times.baseAddress.map {
                    unsafe UnsafeMutableRawPointer($0 + index)
                }
                return unsafe bind
            }
            return unsafe !moments.isEmpty && mysql_stmt_bind_param(statement, &binds) != 0
                || mysql_stmt_execute(statement) != 0
        }
        if failed { throw error() }
        let buffers = ResultBuffers(columns)
        guard unsafe buffers.attach(to: statement) else { throw error() }
        self.buffers = buffers
        hasRowsLeft = true
    }

    /// The next rows, up to about `limit` bytes.
    func fetch(upTo limit: Int) throws(MariaDBError) -> MariaDBRows {
        var rows = MariaDBRows()
        guard let buffers, hasRowsLeft else {
            rows.isLast = true
            return rows
        }
        while rows.size < limit {
            switch unsafe mysql_stmt_fetch(statement) {
            case 0, MYSQL_DATA_TRUNCATED:
                guard unsafe buffers.complete(statement) else { throw error() }
                buffers.append(to: &rows)
                guard unsafe buffers.makeReady(for: statement) else { throw error() }
            case MYSQL_NO_DATA:
                hasRowsLeft = false
                rows.isLast = true
                return rows
            default: throw error()
            }
        }
        return rows
    }

    /// What comes while rows are fetched, the library keeps with the connection.
    private func error() -> MariaDBError {
        guard unsafe mysql_stmt_errno(statement) != 0 else {
            return unsafe MariaDBError(connection)
        }
        return unsafe MariaDBError(
            number: Int(mysql_stmt_errno(statement)),
            message: String(cString: mysql_stmt_error(statement)),
            sqlState: String(cString: mysql_stmt_sqlstate(statement))
        )
    }
}
