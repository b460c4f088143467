import CMariaDB
import Glibc

/// Owns one connection of the library.
///
/// It belongs to one thread: its methods block the thread that calls them, until the server answers or
/// ``plug`` is pulled.
@safe final class Session {
    private let connection: UnsafeMutablePointer<MYSQL>
    let plug: Plug
    private var statement: StatementHandle?
    private var isOrderly = false

    /// Takes over a connection that is ready.
    init(owning connection: UnsafeMutablePointer<MYSQL>) {
        unsafe self.connection = unsafe connection
        plug = Plug(socket: unsafe mysql_get_socket(connection))
    }

    deinit {
        // The library reads all rows that are left, and says goodbye: that belongs into `close()`.
        if !isOrderly { plug.pull() }
        statement = nil
        plug.release()
        unsafe mysql_close(connection)
    }

    /// What the server calls the session.
    var id: UInt { unsafe mysql_thread_id(connection) }

    /// Whether the server is still at work for a statement.
    var isBusy: Bool { plug.isPulled || statement?.hasRowsLeft == true }

    /// Lets the release of this session end the connection in an orderly way, when nothing is on its way.
    func close() {
        isOrderly = !isBusy
    }

    /// Runs one statement without a result.
    func run(_ sql: String) throws(MariaDBError) {
        statement = nil
        guard unsafe mysql_query(connection, sql) == 0 else { throw error() }
    }

    /// Prepares one statement, in the place of the one before.
    func prepare(_ sql: String) throws(MariaDBError) -> StatementHandle {
        statement = nil
        let statement = unsafe try StatementHandle(sql, on: connection)
        self.statement = statement
        return statement
    }

    /// The statement that is prepared.
    func prepared() throws(MariaDBError) -> StatementHandle {
        guard let statement else {
            throw MariaDBError(.connectionLost, "no statement is prepared on this connection")
        }
        return statement
    }

    private func error() -> MariaDBError {
        unsafe MariaDBError(connection)
    }
}

extension MariaDBError {
    /// The last error of a connection.
    init(_ connection: UnsafeMutablePointer<MYSQL>) {
        unsafe self.init(
            number: Int(mysql_errno(connection)),
            message: String(cString: mysql_error(connection)),
            sqlState: String(cString: mysql_sqlstate(connection))
        )
    }
}
