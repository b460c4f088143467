import MongoDB

extension ExtractionError {
    /// The MongoDB server of a source failed, or refused to be read.
    init(_ error: MongoError, of source: String) {
        self.init(
            error.sourceCode,
            error.description,
            isRetryable: error.isRetryable,
            server: error.code == .missing
                ? nil
                : Server(
                    source: source,
                    product: "MongoDB",
                    isAway: error.code == .unavailable,
                    isFull: false,
                    refusesStatement: error.code == .invalidFilter
                )
        )
    }
}

extension MongoError {
    fileprivate var sourceCode: ExtractionError.Code {
        let word: String
        switch code {
        case .missing: return .missing
        case .server(let number), .refused(let number), .client(let number): word = "\(number)"
        default: word = "\(code)"
        }
        return ExtractionError.Code(rawValue: "source.mongo.\(word)")
    }
}
