import MariaDB

extension ExtractionError {
    /// The MariaDB or MySQL server of a source failed, or refused a query.
    init(_ error: MariaDBError, of source: String) {
        self.init(
            error.code == .tooLarge ? .tooLarge : Code(rawValue: "source.mysql." + error.word),
            error.description,
            isRetryable: error.isRetryable,
            server: Server(
                source: source,
                product: "MariaDB",
                isAway: error.isAway,
                isFull: error.isFull,
                refusesStatement: error.refusesStatement
            )
        )
    }
}

extension MariaDBError {
    fileprivate var word: String {
        switch code {
        case .server(let number), .client(let number): "\(number)"
        default: "\(code)"
        }
    }

    /// Whether there is no server to talk to, for now.
    fileprivate var isAway: Bool {
        code == .connectionRefused || code == .connectionLost
    }
}
