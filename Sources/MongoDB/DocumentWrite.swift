/// What is to be done to one document, unless the collection has a newer revision of it.
///
/// Each document keeps the revision of what has written it, as a member at a path of the writer's own: so several writers
/// can have members in one document. Who comes late with an older revision changes nothing. A document that is gone keeps
/// none.
public struct DocumentWrite: Sendable, Hashable {
    /// What is done.
    public enum Kind: Sendable, Hashable {
        /// Its members are set, others are left alone; it is made where there is none.
        case put
        /// Its members are set where it is there.
        case update
        /// It is taken away.
        case delete
    }

    /// The collection; the server makes it with its first document.
    public var collection: String
    /// What is done.
    public var kind: Kind
    /// Its members in extended JSON; the name of one may be a path, with points.
    public var members: String
    /// The members that make its `_id`: the value of one, or a document of several.
    public var key: [String]
    /// Where it keeps its revision: names of members, each in the one before.
    public var revisionPath: [String]
    /// Its revision.
    public var revision: Int64

    /// Creates a write.
    public init(
        _ kind: Kind,
        in collection: String,
        members: String,
        key: [String],
        revisionPath: [String],
        revision: Int64
    ) {
        self.kind = kind
        self.collection = collection
        self.members = members
        self.key = key
        self.revisionPath = revisionPath
        self.revision = revision
    }
}

/// The commands of a write, in BSON.
struct WriteCommands {
    private let write: DocumentWrite
    /// The document's members, each as the bytes of its element.
    private let members: [(name: String, bytes: [UInt8])]
    /// The `_id`, as the bytes of its element without type and name.
    private let id: (type: UInt8, value: [UInt8])

    /// Bytes of a document that a server takes.
    private static let longest = 16 << 20
    /// How long the servers of a set may take to have it.
    private static let patience: Int32 = 30_000

    /// - Throws: ``MongoError`` for members of which no document can be made.
    init(_ write: DocumentWrite, _ document: BSONDocument) throws(MongoError) {
        self.write = write
        guard document.bytes.count <= Self.longest else {
            throw MongoError(.unfit, "the document has more than \(Self.longest >> 20) MiB")
        }
        guard try !document.hasUndefinedDecimal(in: document.range) else {
            throw MongoError(.unfit, "a number has more than the 34 digits of a Decimal128")
        }
        members = try document.elements(in: document.range)
            .map { element in
                let name = String(decoding: document.bytes[element.name], as: UTF8.self)
                let range = element.name.lowerBound - 1..<element.value.upperBound
                return (name, Array(document.bytes[range]))
            }
        let found = members
        let parts = write.key.compactMap { name in
            found.first { $0.name.utf8.elementsEqual(name.utf8) }?.bytes
        }
        guard parts.count == write.key.count, let first = parts.first, let type = first.first else {
            throw MongoError(.unfit, "the document has no member for its `_id`")
        }
        id =
            parts.count > 1
            ? (0x03, BSONDocument.document(parts))
            : (type, Array(first.dropFirst(write.key[0].utf8.count + 2)))
    }

    /// Sets or deletes it, unless it has such a revision already, on most servers of a set.
    func change() -> [[UInt8]] {
        let filter = filter { BSONDocument.nested("$not", BSONDocument.document([$0])) }
        let (command, list, statement): (String, String, [[UInt8]])
        switch write.kind {
        case .put, .update:
            let update = BSONDocument.document([BSONDocument.nested("$set", set)])
            (command, list) = ("update", "updates")
            statement = [
                filter, BSONDocument.nested("u", update),
                BSONDocument.truth("upsert", write.kind == .put),
            ]
        case .delete:
            (command, list) = ("delete", "deletes")
            statement = [filter, BSONDocument.number("limit", 1)]
        }
        let statements = BSONDocument.document([
            BSONDocument.nested("0", BSONDocument.document(statement))
        ])
        return [
            BSONDocument.text(command, write.collection),
            BSONDocument.nested(list, statements, isArray: true),
            BSONDocument.nested(
                "writeConcern",
                BSONDocument.document([
                    BSONDocument.text("w", "majority"),
                    BSONDocument.number("wtimeout", Self.patience),
                ])
            ),
        ]
    }

    /// Finds it where it has such a revision already.
    func search() -> [[UInt8]] {
        [
            BSONDocument.text("find", write.collection),
            filter("filter") { $0 },
            BSONDocument.nested(
                "projection",
                BSONDocument.document([BSONDocument.number("_id", 1)])
            ),
            BSONDocument.number("limit", 1), BSONDocument.truth("singleBatch"),
        ]
    }

    /// A condition on the `_id`, as a value whatever is in it, and one on the revision.
    private func filter(
        _ name: String = "q",
        _ condition: (_ hasRevision: [UInt8]) -> [UInt8]
    ) -> [UInt8] {
        let equal = BSONDocument.document([[id.type] + Array("$eq".utf8) + [0] + id.value])
        let hasRevision = BSONDocument.long("$gte", write.revision)
        return BSONDocument.nested(
            name,
            BSONDocument.document([
                BSONDocument.nested("_id", equal),
                BSONDocument.nested(
                    write.revisionPath.joined(separator: "."),
                    BSONDocument.document([condition(hasRevision)])
                ),
            ])
        )
    }

    /// The members but the `_id`, and the revision.
    private var set: [UInt8] {
        let path = write.revisionPath.joined(separator: ".")
        let others = members.filter { $0.name != "_id" }.map(\.bytes)
        return BSONDocument.document(others + [BSONDocument.long(path, write.revision)])
    }
}

extension BSONDocument {
    /// Whether a Decimal128 somewhere in it is no number: the library makes that of one with too many digits.
    fileprivate func hasUndefinedDecimal(in range: Range<Int>) throws(MongoError) -> Bool {
        for element in try elements(in: range) {
            switch element.type {
            case 0x03, 0x04: if try hasUndefinedDecimal(in: element.value) { return true }
            case 0x13:
                let highest = bytes[element.value.upperBound - 1]
                if highest & 0x7c == 0x7c { return true }
            default: break
            }
        }
        return false
    }
}
