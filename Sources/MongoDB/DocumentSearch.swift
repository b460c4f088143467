public import Words

/// Which documents of a collection are read, in the order of their `_id`.
public struct DocumentSearch: Sendable, Hashable {
    /// The collection.
    public var collection: String
    /// The filter in extended JSON.
    public var filter: String
    /// The members that are read; all without a list.
    public var members: [ExactText]?

    /// Creates a search; by default for all documents, with all that is in them.
    public init(
        _ collection: String,
        filter: String = "{}",
        members: [ExactText]? = nil
    ) {
        self.collection = collection
        self.filter = filter
        self.members = members
    }

    /// What the server is told beside the filter.
    var options: [UInt8] {
        var options = [
            BSONDocument.nested("sort", BSONDocument.document([BSONDocument.number("_id", 1)])),
            BSONDocument.number("batchSize", 1_000),
        ]
        if let members {
            let names = Set(members).union(["_id"]).sorted()
            let projection = BSONDocument.document(names.texts.map { BSONDocument.number($0, 1) })
            options.append(BSONDocument.nested("projection", projection))
        }
        return BSONDocument.document(options)
    }

    // MARK: Going on

    /// The types that one `_id` can have, as MongoDB sorts them; those of one line are compared with each other.
    private static let order: [[Int32]] = [
        [-1], [10], [1, 16, 18, 19], [2, 14], [3], [5], [7], [8], [9], [17], [11], [127],
    ]

    /// A filter for those documents of another one that come behind an `_id`.
    ///
    /// `$gt` finds only values that are of the same kind as the one it is given.
    ///
    /// - Parameters:
    ///   - filter: The other one, in BSON.
    ///   - id: The `_id`, as the bytes of its element.
    /// - Returns: A filter in BSON.
    static func filter(_ filter: [UInt8], behind id: [UInt8]) -> [UInt8] {
        let value = id.dropFirst(1 + "_id".utf8.count + 1)
        let greater = BSONDocument.document([[id[0]] + Array("$gt".utf8) + [0] + value])
        let kind = Int32(Int8(bitPattern: id[0]))
        let place = order.firstIndex { $0.contains(kind) } ?? order.count - 1
        let types = order[(place + 1)...].joined().enumerated()
            .map { BSONDocument.number("\($0)", $1) }
        let later = BSONDocument.document([
            BSONDocument.nested("$type", BSONDocument.document(types), isArray: true)
        ])
        let choices = [greater] + (types.isEmpty ? [] : [later])
        return BSONDocument.document([
            list("$and", [filter, BSONDocument.document([list("$or", choices.map(behind))])])
        ])
    }

    /// A condition that the `_id` has to fulfil.
    private static func behind(_ condition: [UInt8]) -> [UInt8] {
        BSONDocument.document([BSONDocument.nested("_id", condition)])
    }

    private static func list(_ name: String, _ documents: [[UInt8]]) -> [UInt8] {
        let items = documents.enumerated().map { BSONDocument.nested("\($0)", $1) }
        return BSONDocument.nested(name, BSONDocument.document(items), isArray: true)
    }
}
