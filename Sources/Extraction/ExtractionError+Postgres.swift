import Postgres

extension ExtractionError {
    /// The Postgres server of a source failed, or refused a query.
    init(_ error: PostgresError, of source: String) {
        self.init(
            Code(rawValue: "source.postgres." + (error.sqlState?.rawValue ?? "\(error.code)")),
            error.description,
            // Elsewhere it tells of a standby; a source is only read by our own wish.
            isRetryable: error.isRetryable && error.sqlState != .readOnlySQLTransaction,
            server: Server(
                source: source,
                product: "Postgres",
                isAway: error.isAway,
                isFull: error.sqlState == .tooManyConnections,
                refusesStatement: error.refusesStatement
            )
        )
    }
}

extension PostgresError {
    /// Whether there is no server to talk to, for now.
    fileprivate var isAway: Bool {
        switch code {
        case .connectionRefused, .connectionLost, .timeout: true
        default: sqlState == .cannotConnectNow
        }
    }

    /// Whether the server is there and refuses the statement.
    fileprivate var refusesStatement: Bool {
        guard case .sqlState(let state) = code else { return false }
        return ["22", "23", "42", "54"].contains(state.errorClass)
    }
}
