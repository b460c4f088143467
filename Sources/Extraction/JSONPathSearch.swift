import Pipelines
import Words

/// Finds which paths objects of JSON have, where no layout says which are read.
struct JSONPathSearch {
    /// How deep an object may lie whose members are columns; a deeper one is a column itself.
    private static let deepest = 16

    private let limits: CSVLimits
    private var cursor = JSONCursor()
    private var found: [Found] = []
    private var places: [ExactText: Int] = [:]
    /// Bytes of the paths that were found: a long name is in those of all that lies below it.
    private var pathBytes = 0

    private struct Found {
        let path: ExactText
        var hasScalars = false
        var hasNested = false
        var hasMembers = false
    }

    init(limits: CSVLimits) {
        self.limits = limits
    }

    /// Looks at the record from `start` to `end`; one that is no JSON tells nothing.
    mutating func look(at bytes: Span<UInt8>, from start: Int, to end: Int) {
        cursor.move(to: start, end: end)
        guard cursor.next(bytes) == UInt8(ascii: "{"), (try? cursor.value(bytes, depth: 0)) != nil
        else { return }
        cursor.move(to: start, end: end)
        _ = cursor.next(bytes)
        try? members(bytes, below: [])
    }

    /// The columns, in the order in which they came.
    func columns(of name: String) throws(ExtractionError) -> JSONColumns {
        guard pathBytes <= limits.fieldBytes else {
            throw ExtractionError(
                .header,
                "reading `\(name)`: the paths of the members of its first records have more than "
                    + "\(limits.fieldBytes) bytes"
            )
        }
        let read = found.filter { $0.hasScalars || $0.hasNested || !$0.hasMembers }
        guard read.count <= limits.columns else {
            throw ExtractionError(
                .header,
                "reading `\(name)`: its first records have more than \(limits.columns) different members"
            )
        }
        var columns = JSONColumns(keeping: read.map(\.path))
        for (index, path) in read.enumerated() where path.hasNested {
            columns.nesting[index] = .whole
        }
        return columns
    }

    private mutating func members(_ bytes: Span<UInt8>, below names: [ExactText]) throws(JSONFault)
    {
        cursor.skip()
        guard cursor.next(bytes) != UInt8(ascii: "}") else { return cursor.skip() }
        while found.count <= limits.columns, pathBytes <= limits.fieldBytes {
            _ = cursor.next(bytes)
            let text = try cursor.string(bytes)
            var name: [UInt8] = []
            try JSONEscapes.append(text, of: bytes, to: &name)
            try cursor.colon(bytes)
            try value(bytes, at: names + [ExactText(String(decoding: name, as: UTF8.self))])
            let byte = cursor.next(bytes)
            cursor.skip()
            if byte != UInt8(ascii: ",") { return }
        }
    }

    private mutating func value(_ bytes: Span<UInt8>, at names: [ExactText]) throws(JSONFault) {
        let place = place(of: ExactText(JSONPath(names: names).text))
        switch cursor.next(bytes) {
        case UInt8(ascii: "{") where names.count < Self.deepest:
            found[place].hasMembers = true
            return try members(bytes, below: names)
        case UInt8(ascii: "{"), UInt8(ascii: "["): found[place].hasNested = true
        case UInt8(ascii: "n"): break
        default: found[place].hasScalars = true
        }
        try cursor.value(bytes, depth: names.count)
    }

    private mutating func place(of path: ExactText) -> Int {
        if let place = places[path] { return place }
        pathBytes += path.utf8.count
        places[path] = found.count
        found.append(Found(path: path))
        return found.count - 1
    }
}
