/// The text of a query, whose placeholders can be filled in.
public struct SQLText: Sendable, Hashable {
    /// The text as it was written.
    public let text: String

    /// Wraps a query.
    public init(_ text: String) {
        self.text = text
    }

    /// The text as it means the same: without comments, and with one blank between words and signs.
    public var canonical: String { SQLScan(text).canonical }

    /// The names of its placeholders, in their order.
    public var placeholders: [String] { SQLScan(text).placeholders.map(\.name) }

    /// A part of the text.
    package enum Part: Sendable, Hashable {
        /// Text without placeholders, and which of the whole text's Unicode scalars is its first one.
        case text(String, from: Int)
        /// The name of a placeholder.
        case placeholder(String)
    }

    /// The text cut at its placeholders, without a semicolon and comments at its end.
    package var parts: [Part] {
        let scan = SQLScan(text)
        let end = scan.query.unicodeScalars.count
        var parts: [Part] = []
        var start = 0
        func piece(upTo end: Int) -> Part {
            .text(String(String.UnicodeScalarView(scan.scalars[start..<end])), from: start)
        }
        for placeholder in scan.placeholders {
            parts += [piece(upTo: placeholder.scalars.lowerBound), .placeholder(placeholder.name)]
            start = placeholder.scalars.upperBound
        }
        return parts + [piece(upTo: max(start, end))]
    }

    /// The tables that it reads, in the order of the text, each once; the schema is `nil` where it names none.
    public var tables: [(schema: String?, name: String)] {
        var seen: Set<SQLTables.Table> = []
        return SQLTables(SQLScan(text).tokens).tables.filter { seen.insert($0).inserted }
            .map { ($0.schema, $0.name) }
    }

    /// The text with SQL in the place of each `:name` that `values` knows; strings, comments and
    /// casts (`::date`) are left alone.
    public func replacing(placeholders values: [String: String]) -> String {
        filled { _, name in values[name] }
    }

    /// The text with SQL in the place of placeholders.
    ///
    /// - Parameter value: What stands for a placeholder, by its place among ``placeholders`` and its name; `nil` leaves it.
    /// - Returns: The text.
    package func filled(_ value: (_ place: Int, _ name: String) -> String?) -> String {
        let scalars = Array(text.unicodeScalars)
        var filled = String.UnicodeScalarView()
        var position = 0
        for (place, placeholder) in SQLScan(text).placeholders.enumerated() {
            guard let value = value(place, placeholder.name) else { continue }
            filled.append(contentsOf: scalars[position..<placeholder.scalars.lowerBound])
            filled.append(contentsOf: value.unicodeScalars)
            position = placeholder.scalars.upperBound
        }
        filled.append(contentsOf: scalars[position...])
        return String(filled)
    }
}
