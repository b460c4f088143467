import CMongoC

extension MongoError {
    /// What the library tells of a call that has failed.
    ///
    /// - Parameters:
    ///   - error: What it tells.
    ///   - work: What the server could not do, where its own words may hold values of documents.
    init(_ error: bson_error_t, _ work: String = "compute the filter") {
        var error = error
        let number = Int(error.code)
        let message = unsafe String(cString: cmongoc_message(&error))
        switch error.domain {
        case MONGOC_ERROR_STREAM.rawValue, MONGOC_ERROR_SERVER_SELECTION.rawValue:
            self.init(.unavailable, Self.line(message))
        case MONGOC_ERROR_CLIENT.rawValue where number == MONGOC_ERROR_CLIENT_AUTHENTICATE.rawValue:
            self.init(.authentication, Self.line(message))
        case MONGOC_ERROR_SERVER.rawValue, MONGOC_ERROR_QUERY.rawValue:
            // AuthenticationFailed, Unauthorized
            let isRefused = number == 18 || number == 13
            self.init(
                isRefused ? .authentication : .server(number),
                Self.showsNoValue(number)
                    ? Self.line(message) : "the server could not \(work)"
            )
        default: self.init(.client(number), Self.line(message))
        }
    }

    /// Whether the server's own words for an error hold no value of a document.
    private static func showsNoValue(_ number: Int) -> Bool {
        // Unauthorized, AuthenticationFailed, NamespaceNotFound
        [13, 18, 26].contains(number) || passing.contains(number)
    }

    private static func line(_ message: String) -> String {
        let line = message.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" }
        return String(String.UnicodeScalarView(line))
    }
}
