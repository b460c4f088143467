import CLibPQ

/// Owns one of libpq's results.
///
/// Invariant behind `@unchecked`: libpq does not change a result once it has handed it over, and
/// nothing here does; libpq documents reading one as safe from any thread.
@safe final class ResultHandle: @unchecked Sendable {
    /// What a result says about its statement.
    enum Status: Sendable {
        /// The statement is done; there may be rows.
        case completed
        /// The server expects COPY data.
        case copyIn
        /// The server sends COPY data.
        case copyOut
        /// The statement failed.
        case failed
    }

    private let pointer: OpaquePointer
    let columns: [String]
    /// The types' object identifiers; of a domain that of the type below it.
    let columnTypes: [UInt32]
    let rowCount: Int
    private let indices: [String: Int]

    /// Takes over `pointer`, a `PGresult`.
    init(owning pointer: OpaquePointer) {
        unsafe self.pointer = unsafe pointer
        rowCount = unsafe Int(PQntuples(pointer))
        columns = (0..<(unsafe PQnfields(pointer)))
            .map { index in
                unsafe PQfname(pointer, index).map { unsafe String(cString: $0) } ?? ""
            }
        columnTypes = (0..<(unsafe PQnfields(pointer))).map { unsafe PQftype(pointer, $0) }
        indices = Dictionary(
            columns.enumerated().map { ($0.element, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    deinit {
        unsafe PQclear(pointer)
    }

    var status: Status {
        switch unsafe PQresultStatus(pointer) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_SINGLE_TUPLE: .completed
        case PGRES_COPY_IN: .copyIn
        case PGRES_COPY_OUT: .copyOut
        default: .failed
        }
    }

    /// The command tag, such as `INSERT 0 1`.
    var commandTag: String {
        unsafe PQcmdStatus(pointer).map { unsafe String(cString: $0) } ?? ""
    }

    /// Rows inserted, updated, deleted, selected or copied.
    var affectedRows: Int {
        unsafe PQcmdTuples(pointer).flatMap { Int(unsafe String(cString: $0)) } ?? 0
    }

    /// The types of a described statement's parameters, as object identifiers.
    var parameterTypes: [UInt32] {
        (0..<(unsafe PQnparams(pointer))).map { unsafe PQparamtype(pointer, $0) }
    }

    /// Where `column` is; the first of several that are named alike.
    func index(of column: String) -> Int? {
        indices[column]
    }

    func isNull(row: Int, column: Int) -> Bool {
        unsafe PQgetisnull(pointer, Int32(row), Int32(column)) == 1
    }

    /// The bytes of one value, in the server's textual form; none for NULL.
    func withBytes<Result>(row: Int, column: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        let value = unsafe PQgetvalue(pointer, Int32(row), Int32(column))
        let length = Int(unsafe PQgetlength(pointer, Int32(row), Int32(column)))
        let bytes = unsafe UnsafeRawBufferPointer(start: value, count: length)
        return unsafe body(Span(_bytes: RawSpan(_unsafeBytes: bytes)))
    }

    /// The error that a failed result reports.
    ///
    /// Without an SQLSTATE it comes from libpq itself, and then the connection is broken.
    func error(wasCancelled: Bool) -> PostgresError {
        guard let text = unsafe errorField(.sqlState, of: pointer) else {
            let message = unsafe serverText(PQresultErrorMessage(pointer))
            return .broken(libraryMessage: message ?? "")
        }
        let state = SQLState(rawValue: text)
        let isCancellation = wasCancelled && state == .queryCanceled
        var error = PostgresError(
            isCancellation ? .cancelled : .sqlState(state),
            unsafe errorField(.message, of: pointer).map(state.withoutValues)
                ?? "the server refused the statement",
            sqlState: state
        )
        error.schema = unsafe errorField(.schema, of: pointer)
        error.table = unsafe errorField(.table, of: pointer)
        error.column = unsafe errorField(.column, of: pointer)
        error.constraint = unsafe errorField(.constraint, of: pointer)
        error.position = unsafe errorField(.position, of: pointer).flatMap { Int($0) }
        error.unloggableDetails = PostgresError.Details(
            detail: unsafe errorField(.detail, of: pointer),
            hint: unsafe errorField(.hint, of: pointer),
            context: unsafe errorField(.context, of: pointer)
        )
        return error
    }
}
