import Pipelines
import Rows
import Words

/// Takes objects of JSON apart that become rows of a shape.
struct RowShaping: Sendable {
    private let shape: RowShape
    /// The values, as JSON, of fields that repeat what an API was asked, by the fields' names.
    private let texts: [String: [UInt8]]
    /// The members of an object that it looks for.
    private let names: [ExactText]

    /// Makes rows of a shape.
    ///
    /// - Parameters:
    ///   - shape: Their shape.
    ///   - texts: What fields say of what was asked about, by their names.
    init(shape: RowShape, texts: [String: String] = [:]) {
        self.shape = shape
        self.texts = texts.mapValues { Array(QuotedText.json($0).utf8) }
        let members = shape.paths.compactMap(\.names.first) + shape.fields.map(\.name).exact
        names = Set(members).sorted()
    }

    /// Why an object of JSON is no row.
    private struct Refusal: Error {
        let reason: String
    }

    /// An object that has not been made into rows.
    ///
    /// - Parameters:
    ///   - bytes: All of it, and nothing else but white space.
    ///   - place: Where it stands in its input.
    ///   - columns: The paths that are read of its rows; `nil` where that is not known.
    /// - Returns: What makes its rows, or tells why it is none.
    func object(
        _ bytes: [UInt8],
        at place: JSONRecords.Place,
        reading columns: [ExactText]? = nil
    ) -> ShapedObject {
        guard !shape.isPlain else { return ShapedObject(bytes, at: place) }
        do {
            let json = try JSONParts(bytes)
            guard json.kind(of: json.root) == UInt8(ascii: "{") else {
                throw JSONFault(reason: .expected(.object), place: json.root.lowerBound)
            }
            let whole = try object(json, at: place)
            return try columns.map { try bounded(whole, reading: $0, of: bytes.count) } ?? whole
        } catch {
            return ShapedObject(bytes, at: place, refusal: Self.fault(error))
        }
    }

    /// What is no JSON is none without the shape, too; what the shape refuses may look like a row.
    private static func fault(_ error: any Error) -> RowFault {
        switch error {
        case let fault as JSONFault:
            RowFault(rule: "json", reason: fault.words(from: 0, columns: []))
        case let refusal as Refusal: RowFault(rule: RowFault.shape, reason: refusal.reason)
        default: RowFault(rule: RowFault.shape, reason: String(describing: error))
        }
    }

    private func object(_ json: JSONParts, at place: JSONRecords.Place) throws -> ShapedObject {
        let members = try json.members(of: json.root, named: names)
        let array = try shape.expand.map {
            try self.array(at: $0, in: json.root, of: members, json)
        }
        return ShapedObject(json, at: place, try fields(of: members, json), expanding: array)
    }

    /// Bytes that rows of an object repeat at most of what no column reads.
    static let mostUnread = 1 << 20

    /// The same object, of which its rows do not repeat much that nobody reads.
    ///
    /// What they read may be as large as a row, and there may be millions: then the object is a bomb, as a compressed file
    /// can be one.
    private func bounded(
        _ object: ShapedObject,
        reading columns: [ExactText],
        of size: Int
    ) throws -> ShapedObject {
        guard let path = shape.expand, object.repetition(beyond: Self.mostUnread) != nil else {
            return object
        }
        let kept = try JSONParts(
            ObjectExcerpt.taken(
                of: JSONParts(object.whole),
                keeping: columns.map { JSONPath($0) } + [path]
            )
        )
        let excerpt = ShapedObject(
            kept,
            at: object.place,
            [],
            expanding: try array(at: path, in: kept.root, kept)
        )
        let limits = ExpansionLimits()
        let limit = max(limits.bytesBeforeRatio, limits.ratio * size)
        guard let repeated = excerpt.repetition(beyond: limit) else { return excerpt }
        throw Refusal(
            reason:
                "the \(repeated.rows) rows of `\(path.text)` would repeat \(repeated.bytes) bytes each of "
                + "what stands beside it, more than \(limits.ratio) times its size in all"
        )
    }

    /// The array that is expanded; an empty range where there is nothing.
    private func array(
        at path: JSONPath,
        in object: Range<Int>,
        of members: [JSONParts.Member]? = nil,
        _ json: JSONParts
    ) throws -> Range<Int> {
        guard let array = try value(at: path, in: object, of: members, json), !json.isNull(array)
        else { return 0..<0 }
        guard json.kind(of: array) == UInt8(ascii: "[") else {
            throw Refusal(reason: "`\(path.text)` is no array, and is to be expanded")
        }
        return array
    }

    /// The value at a path; `nil` where it is absent.
    ///
    /// What is on the way there has members, and each once.
    private func value(
        at path: JSONPath,
        in object: Range<Int>,
        of known: [JSONParts.Member]? = nil,
        _ json: JSONParts
    ) throws -> Range<Int>? {
        var value = object
        for (depth, name) in path.names.enumerated() {
            if json.isNull(value) { return nil }
            guard json.kind(of: value) == UInt8(ascii: "{") else {
                throw Refusal(
                    reason: "`\(path.text)` is not there: what should hold it is no object"
                )
            }
            let known = depth == 0 ? known?.all(named: name) : nil
            let found = try known ?? json.members(of: value, named: [name])
            guard found.count < 2 else {
                throw Refusal(reason: "`\(path.text)` stands in it twice")
            }
            guard let member = found.first else { return nil }
            value = member.value
        }
        return value
    }

    // MARK: Fields

    private func fields(
        of members: [JSONParts.Member],
        _ json: JSONParts
    ) throws -> [ShapedObject.Edit] {
        var edits: [ShapedObject.Edit] = []
        var added: [ShapedObject.Edit] = []
        let end = json.root.upperBound - 1
        for field in shape.fields {
            let value = try value(of: field, in: json.root, members, json)
            if let member = members.all(named: ExactText(field.name)).first {
                edits.append(ShapedObject.Edit(range: member.value, bytes: value))
            } else {
                let comma = added.isEmpty && json.isEmpty(json.root) ? "" : ","
                let name = Array("\(comma)\(QuotedText.json(field.name)):".utf8)
                added += [name[...], value].map { ShapedObject.Edit(range: end..<end, bytes: $0) }
            }
        }
        return edits.sorted { $0.range.lowerBound < $1.range.lowerBound } + added
    }

    private func value(
        of field: RowField,
        in object: Range<Int>,
        _ members: [JSONParts.Member],
        _ json: JSONParts
    ) throws -> ArraySlice<UInt8> {
        switch field.content {
        case .path(let path):
            return try value(at: path, in: object, of: members, json).map { json.bytes[$0] }
                ?? Self.null
        case .text: return (texts[field.name] ?? Array("\"\"".utf8))[...]
        case .elements(let rule):
            return try value(by: rule, named: field.name, in: object, members, json)
        }
    }

    private func value(
        by rule: ElementRule,
        named name: String,
        in object: Range<Int>,
        _ members: [JSONParts.Member],
        _ json: JSONParts
    ) throws -> ArraySlice<UInt8> {
        let array = try value(at: rule.array, in: object, of: members, json) ?? 0..<0
        guard array.isEmpty || json.isNull(array) || json.kind(of: array) == UInt8(ascii: "[")
        else {
            throw Refusal(reason: "`\(rule.array.text)` is no array, of which `\(name)` is made")
        }
        var sum = DecimalSum()
        var count = 0
        for element in json.elements(of: array) where try fits(element, rule.condition, json) {
            count += 1
            let found = try rule.value.map { try value(at: $0, in: element, json) } ?? element
            switch rule.function {
            case .count: continue
            case .first: return found.map { json.bytes[$0] } ?? Self.null
            case .sum: try add(found, to: &sum, named: name, json)
            }
        }
        switch rule.function {
        case .count: return Array(String(count).utf8)[...]
        case .first: return Self.null
        case .sum: return Array(sum.text.utf8)[...]
        }
    }

    private func fits(
        _ element: Range<Int>,
        _ condition: ElementRule.Condition?,
        _ json: JSONParts
    ) throws -> Bool {
        guard let condition else { return true }
        let text = try value(at: condition.path, in: element, json)
            .flatMap { try json.text(of: $0) }
        let isOne = text.map { text in
            condition.texts.contains { $0.utf8.elementsEqual(text.utf8) }
        }
        return (isOne ?? false) != condition.isNegated
    }

    private func add(
        _ value: Range<Int>?,
        to sum: inout DecimalSum,
        named name: String,
        _ json: JSONParts
    ) throws {
        guard let value, !json.isNull(value) else { return }
        guard let text = try json.text(of: value), sum.add(text) else {
            throw Refusal(reason: "a value of the sum `\(name)` is no number that can be added")
        }
    }

    private static let null = Array("null".utf8)[...]
}
