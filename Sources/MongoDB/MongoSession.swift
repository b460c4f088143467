import CMongoC
import Endpoints

/// Owns one client of the library, and a cursor of it.
///
/// It belongs to one thread: its methods block the thread that calls them.
@safe final class MongoSession {
    private let client: OpaquePointer
    private let database: String
    private var cursor: OpaquePointer?
    private var isAtEnd = false

    /// Connects and logs in.
    init(_ configuration: MongoConfiguration) throws(MongoError) {
        Self.startLibrary
        var error = bson_error_t()
        guard let uri = unsafe mongoc_uri_new_with_error(configuration.address.revealed, &error)
        else {
            throw MongoError(
                .invalidConfiguration,
                "the MongoDB URL is none that the library knows"
            )
        }
        defer { unsafe mongoc_uri_destroy(uri) }
        guard let client = unsafe mongoc_client_new_from_uri_with_error(uri, &error) else {
            throw MongoError(error)
        }
        unsafe self.client = unsafe client
        database = configuration.database
        _ = unsafe mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2)
        _ = try ask([BSONDocument.number("ping", 1)])
    }

    deinit {
        endCursor()
        unsafe mongoc_client_destroy(client)
    }

    private static let startLibrary: Void = {
        cmongoc_be_silent()
        mongoc_init()
    }()

    /// Runs a command.
    ///
    /// - Parameters:
    ///   - command: Its members.
    ///   - work: What it does, for messages.
    /// - Returns: The answer.
    /// - Throws: ``MongoError``.
    func ask(
        _ command: [[UInt8]],
        _ work: String = "compute the filter"
    ) throws(MongoError) -> BSONDocument {
        var error = bson_error_t()
        guard let document = unsafe Self.document(BSONDocument.document(command)) else {
            throw BSONDocument.malformed
        }
        defer { unsafe bson_destroy(document) }
        guard let answer = unsafe cmongoc_answer(client, database, document, &error) else {
            throw MongoError(error, work)
        }
        defer { unsafe bson_destroy(answer) }
        return BSONDocument(bytes: unsafe Self.bytes(answer))
    }

    /// Refuses a collection that is not there: reading it would give nothing.
    func requireCollection(_ name: String) throws(MongoError) {
        let answer = try ask([
            BSONDocument.number("listCollections", 1),
            BSONDocument.nested(
                "filter",
                BSONDocument.document([BSONDocument.text("name", name)])
            ), BSONDocument.truth("nameOnly"), BSONDocument.truth("authorizedCollections"),
        ])
        let batch = try answer.value(at: ["cursor", "firstBatch"])
        guard
            try batch.map({ range throws(MongoError) in try answer.elements(in: range) })?.isEmpty
                ?? true
        else { return }
        throw MongoError(
            .missing,
            "the database has no collection `\(name)`, or the user may not see it"
        )
    }

    /// Begins to read.
    ///
    /// - Parameters:
    ///   - search: What.
    ///   - id: Only documents behind this `_id`, the bytes of its element.
    /// - Throws: ``MongoError`` for a filter that is none; what else is wrong shows with the first document.
    func begin(_ search: DocumentSearch, behind id: [UInt8]?) throws(MongoError) {
        endCursor()
        isAtEnd = false
        let parsed = unsafe try Self.parsed(search.filter)
        defer { unsafe bson_destroy(parsed) }
        guard
            let collection = unsafe mongoc_client_get_collection(
                client,
                database,
                search.collection
            )
        else { throw MongoError(.invalidConfiguration, "the collection has no name") }
        defer { unsafe mongoc_collection_destroy(collection) }
        guard let filter = try unsafe Self.filter(parsed, behind: id),
            let options = unsafe Self.document(search.options)
        else { throw BSONDocument.malformed }
        defer {
            unsafe bson_destroy(filter)
            unsafe bson_destroy(options)
        }
        unsafe cursor = mongoc_collection_find_with_opts(collection, filter, options, nil)
    }

    /// Batches without a document, one after the other, that a server may send before it sends one or ends.
    private static let mostEmptyBatches = 1000

    /// The next document; `nil` behind the last one.
    ///
    /// A batch without documents is not the end: the cursor is, when the server has closed it.
    func next() throws(MongoError) -> BSONDocument? {
        if isAtEnd { return nil }
        guard let cursor = unsafe cursor else {
            throw MongoError(.unavailable, "nothing is being read on this connection")
        }
        for _ in 0..<Self.mostEmptyBatches {
            var document: OpaquePointer?
            if unsafe mongoc_cursor_next(cursor, &document), let found = unsafe document {
                return unsafe BSONDocument(bytes: Self.bytes(found))
            }
            var error = bson_error_t()
            if unsafe mongoc_cursor_error(cursor, &error) { throw MongoError(error) }
            guard unsafe mongoc_cursor_more(cursor) else {
                isAtEnd = true
                endCursor()
                return nil
            }
        }
        throw MongoError(
            .unavailable,
            "the server sends batches without documents and does not end: \(Self.mostEmptyBatches) of them"
        )
    }

    /// Forgets the cursor, here and on the server.
    func endCursor() {
        if let cursor = unsafe cursor { unsafe mongoc_cursor_destroy(cursor) }
        unsafe cursor = nil
    }

    // MARK: Documents

    private static func parsed(_ json: String) throws(MongoError) -> OpaquePointer {
        var error = bson_error_t()
        guard let document = unsafe bson_new_from_json(json, json.utf8.count, &error) else {
            throw MongoError(
                .invalidFilter,
                "the filter is no extended JSON: \(MongoError(error).message)"
            )
        }
        return unsafe document
    }

    /// The document that extended JSON tells.
    static func document(fromJSON json: String) throws(MongoError) -> BSONDocument {
        var error = bson_error_t()
        guard let document = unsafe bson_new_from_json(json, json.utf8.count, &error) else {
            // What the library says of it has its values.
            throw MongoError(
                .unfit,
                "a value is none that MongoDB has, or lies deeper than 95 levels"
            )
        }
        defer { unsafe bson_destroy(document) }
        return BSONDocument(bytes: unsafe bytes(document))
    }

    private static func filter(
        _ filter: OpaquePointer,
        behind id: [UInt8]?
    ) throws(MongoError) -> OpaquePointer? {
        let bytes = unsafe bytes(filter)
        return unsafe document(id.map { DocumentSearch.filter(bytes, behind: $0) } ?? bytes)
    }

    private static func document(_ bytes: [UInt8]) -> OpaquePointer? {
        unsafe bson_new_from_data(bytes, bytes.count)
    }

    private static func bytes(_ document: OpaquePointer) -> [UInt8] {
        guard let start = unsafe bson_get_data(document) else { return [] }
        // It begins with its length.
        let length = unsafe UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
        return unsafe Array(
            UnsafeBufferPointer(start: start, count: Int(UInt32(littleEndian: length)))
        )
    }
}
