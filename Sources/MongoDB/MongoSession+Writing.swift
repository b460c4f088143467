extension MongoSession {
    /// How often another may be quicker before a write is given up.
    private static let mostTries = 3

    /// Writes a document, unless the collection has its revision or a newer one.
    ///
    /// Where it has, the condition finds nothing, and the server tries to make a document whose `_id` is there already. Then it
    /// is asked whether that is why.
    ///
    /// - Throws: ``MongoError``: ``MongoError/Code/refused(_:)`` and ``MongoError/Code/unfit`` for this document alone.
    func write(_ write: DocumentWrite) throws(MongoError) {
        let commands = try WriteCommands(write, Self.document(fromJSON: write.members))
        let command = commands.change()
        var tries = 0
        while true {
            do throws(MongoError) {
                return try change(command)
            } catch {
                tries += 1
                guard error.code == .refused(MongoError.isThere) else { throw error }
                if try hasDocument(commands.search()) { return }
                guard tries < Self.mostTries else { throw error }
            }
        }
    }

    private func change(_ command: [[UInt8]]) throws(MongoError) {
        let answer = try ask(command, "write the document")
        if let number = try answer.number(at: ["writeErrors", "0", "code"]) {
            throw MongoError(refusal: number)
        }
        if let number = try answer.number(at: ["writeConcernError", "code"]) {
            throw MongoError(
                .server(number),
                "most servers of the set did not have the document in time"
            )
        }
    }

    private func hasDocument(_ command: [[UInt8]]) throws(MongoError) -> Bool {
        let answer = try ask(command, "look for the document")
        guard let batch = try answer.value(at: ["cursor", "firstBatch"]) else { return false }
        return try !answer.elements(in: batch).isEmpty
    }
}

extension BSONDocument {
    /// The number at a path; `nil` where there is none.
    fileprivate func number(at path: [String]) throws(MongoError) -> Int? {
        guard let range = try value(at: path) else { return nil }
        guard range.count == 4 else { throw Self.malformed }
        return Int(int32(at: range.lowerBound))
    }
}

extension MongoError {
    /// DuplicateKey.
    fileprivate static let isThere = 11000

    /// The server refuses one document; what it says of that has values in it.
    fileprivate init(refusal number: Int) {
        guard !Self.passing.contains(number) else {
            self.init(.server(number), "the server did not take the document now")
            return
        }
        let message =
            switch number {
            case Self.isThere: "another document has what must be unique in the collection"
            case 121: "the document does not fit the collection's validation"
            default: "the server does not take the document"
            }
        self.init(.refused(number), message)
    }
}
