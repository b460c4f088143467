import ArgumentParser
import Console
import Foundation

/// How a command prints what it found.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON for machines.")
    var json = false

    /// Prints a value as JSON with sorted keys in snake_case.
    func printJSON(_ value: some Encodable) throws {
        Output.json(try Self.text(value) + "\n")
    }

    /// An array that is printed as its elements come.
    func array() -> JSONArrayOutput { JSONArrayOutput() }

    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// A JSON array on standard output whose elements need not be in memory at once.
struct JSONArrayOutput {
    private var isEmpty = true

    /// Prints some elements.
    mutating func add(_ values: [some Encodable]) throws {
        guard !values.isEmpty else { return }
        Output.json(isEmpty ? "[\n" : ",\n")
        isEmpty = false
        // Without the brackets of the page and their line ends.
        Output.json(String(try OutputOptions.text(values).dropFirst(2).dropLast(2)))
    }

    /// Prints the array's end.
    func finish() {
        Output.json(isEmpty ? "[\n\n]\n" : "\n]\n")
    }
}
