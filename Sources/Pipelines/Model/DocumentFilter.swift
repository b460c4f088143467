/// Which documents of a collection are read: a filter of MongoDB, in extended JSON.
///
/// The texts `":period_start"` and `":period_end"` in it stand for the instants at which the period begins and ends.
public struct DocumentFilter: Sendable, Hashable {
    /// As it was written.
    public let text: String

    /// Wraps a filter.
    public init(_ text: String) {
        self.text = text
    }

    /// Whether a bound of the period stands in it.
    public var isCutByPeriod: Bool { placeholders.contains(where: SQLPlaceholder.names.contains) }

    /// The names behind the colon of the texts that are nothing but `:name`, in their order.
    var placeholders: [String] { strings.compactMap { name(in: $0) } }

    /// The filter with dates in the place of the bounds of its period.
    ///
    /// - Parameter instants: Milliseconds since 1970 UTC, by the placeholder's name.
    /// - Returns: Extended JSON.
    public func filled(with instants: [String: Int]) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        for string in strings {
            guard let name = name(in: string), let instant = instants[name] else { continue }
            result += bytes[position..<string.lowerBound]
            result += Array("{\"$date\": {\"$numberLong\": \"\(instant)\"}}".utf8)
            position = string.upperBound
        }
        return String(decoding: result + bytes[position...], as: UTF8.self)
    }

    /// Where strings stand, their quotes among them.
    private var strings: [Range<Int>] {
        let bytes = Array(text.utf8)
        var found: [Range<Int>] = []
        var start: Int?
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\") where start != nil: index += 1
            case UInt8(ascii: "\""):
                if let first = start { found.append(first..<index + 1) }
                start = start == nil ? index : nil
            default: break
            }
            index += 1
        }
        return found
    }

    private func name(in string: Range<Int>) -> String? {
        let inside = Array(text.utf8)[string].dropFirst().dropLast()
        guard inside.first == UInt8(ascii: ":"), inside.count > 1 else { return nil }
        let name = String(decoding: inside.dropFirst(), as: UTF8.self)
        return Identifier.isValid(name) ? name : nil
    }
}
