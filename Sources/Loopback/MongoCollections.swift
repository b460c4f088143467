/// The documents of a ``MongoDouble``, and what commands do to them.
///
/// Of conditions it knows those that go on behind an `_id`, those of a write with a revision, and the bounds of dates and of
/// numbers of 64 bits; any other holds. Values are equal when they have the same type.
struct MongoCollections {
    var documents: [String: [BSONValue]]

    /// What became of a write.
    enum Fate {
        case done(Int32)
        /// There is a document with this `_id`.
        case doubled
    }

    /// The documents of a collection that fit.
    func found(_ collection: String, _ filter: BSONValue?) -> [BSONValue] {
        (documents[collection] ?? []).filter { Self.fits($0, filter) }
    }

    /// Sets members of the first document that fits, or of a new one.
    mutating func update(_ collection: String, _ statement: BSONValue) -> Fate {
        var all = documents[collection] ?? []
        let place = all.firstIndex { Self.fits($0, statement["q"]) }
        let id = statement["q"]?["_id"]?["$eq"] ?? .null
        guard place != nil || statement["upsert"] == .bool(true) else { return .done(0) }
        guard place != nil || !all.contains(where: { $0["_id"] == id }) else { return .doubled }
        var document = place.map { all[$0] } ?? .document([.init("_id", id)])
        if case .document(let members)? = statement["u"]?["$set"] {
            for member in members {
                document.set(member.value, at: member.name.split(separator: ".")[...])
            }
        }
        if let place { all[place] = document } else { all.append(document) }
        documents[collection] = all
        return .done(1)
    }

    /// Takes the first document away that fits.
    mutating func delete(_ collection: String, _ statement: BSONValue) -> Fate {
        let place = documents[collection]?.firstIndex { Self.fits($0, statement["q"]) }
        if let place { documents[collection]?.remove(at: place) }
        return .done(place == nil ? 0 : 1)
    }

    // MARK: Conditions

    private static func fits(_ document: BSONValue, _ filter: BSONValue?) -> Bool {
        guard case .document(let conditions)? = filter else { return true }
        return conditions.allSatisfy { condition in
            switch condition.name {
            case "$and": return condition.value.items.allSatisfy { fits(document, $0) }
            case "$or": return comesBehind(document, condition.value.items)
            default: break
            }
            let path = condition.name.split(separator: ".").map(String.init)
            let value = path.reduce(Optional(document)) { $0?[$1] }
            return holds(condition.value, of: value)
        }
    }

    private static func holds(_ condition: BSONValue, of value: BSONValue?) -> Bool {
        if let equal = condition["$eq"] { return value == equal }
        if let opposite = condition["$not"] { return !holds(opposite, of: value) }
        let (least, end) = (condition["$gte"]?.instant, condition["$lt"]?.instant)
        guard least != nil || end != nil else { return true }
        guard let number = value?.instant else { return false }
        return number >= least ?? .min && number < end ?? .max
    }

    private static func comesBehind(_ document: BSONValue, _ choices: [BSONValue]) -> Bool {
        guard let id = document["_id"], let last = choices.first?["_id"]?["$gt"] else {
            return true
        }
        switch (id, last) {
        case (.int32(let id), .int32(let last)): return id > last
        case (.string(let id), .string(let last)): return id > last
        default:
            let types = choices.last?["_id"]?["$type"]?.items ?? []
            return types.contains(.int32(Int32(id.type)))
        }
    }
}

extension BSONValue {
    /// A date, or a number of 64 bits.
    fileprivate var instant: Int64? {
        switch self {
        case .date(let number), .int64(let number): number
        default: nil
        }
    }

    /// Sets a member at a path, and makes the documents that lead there.
    fileprivate mutating func set(_ value: BSONValue, at path: ArraySlice<Substring>) {
        guard let name = path.first.map(String.init) else { return self = value }
        var members: [Member] = []
        if case .document(let own) = self { members = own }
        var inner = members.first { $0.name == name }?.value ?? .document([])
        inner.set(value, at: path.dropFirst())
        if let place = members.firstIndex(where: { $0.name == name }) {
            members[place].value = inner
        } else {
            members.append(Member(name, inner))
        }
        self = .document(members)
    }
}
