import ArgumentParser
import Foundation

/// How a command prints what it found.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON for machines.")
    var json = false

    /// Prints a value as JSON with sorted keys in snake_case.
    func printJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
