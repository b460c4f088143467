import Foundation

extension Output {
    /// A value as JSON, with sorted keys in snake_case.
    public static func jsonText(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// A JSON array on standard output whose elements need not be in memory at once.
public struct JSONArrayOutput {
    private var isEmpty = true

    /// An array of which nothing is printed yet.
    public init() {}

    /// Prints some elements.
    public mutating func add(_ values: [some Encodable]) throws {
        guard !values.isEmpty else { return }
        Output.json(isEmpty ? "[\n" : ",\n")
        isEmpty = false
        // Without the brackets of the page and their line ends.
        Output.json(String(try Output.jsonText(of: values).dropFirst(2).dropLast(2)))
    }

    /// Prints the array's end.
    public func finish() {
        Output.json(isEmpty ? "[\n\n]\n" : "\n]\n")
    }
}
