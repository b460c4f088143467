import Foundation
import Processes

/// The calls of the campaign's files that a server outside can have: those of right texts, with all their fields.
struct SampleCalls: Sendable {
    /// The calls of each month in the order of its file, by the names of their columns; empty fields are left out.
    let months: [String: [[String: String]]]

    static let columns = [
        "call_id", "started_at", "agent_id", "client_id", "campaign_code", "outcome_code",
        "duration_s", "promise_amount", "promise_kept", "digital_channel_offered",
        "digital_channel_adopted", "notes",
    ]

    /// Reads the files; `name` is that of a file that nobody else makes.
    init(on ground: Ground, named name: String) async throws {
        let text = "\(ground.folder)/\(name)-calls.csv"
        var months: [String: [[String: String]]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: ground.data)
        where name.hasPrefix("calls_") {
            let month = name.dropFirst("calls_".count).prefix("2024-01".count)
            months[String(month)] = try await Self.calls(
                "\(ground.data)/\(name)",
                expandedTo: text
            )
        }
        self.months = months
    }

    /// The calls as a table has them, each an object of JSON: with a number, the first day of their month, and a time
    /// that is one, or none.
    func records() throws -> [String] {
        let encoder = JSONEncoder()
        var number = 0
        return try months.sorted { $0.key < $1.key }
            .flatMap { month, calls in
                try calls.map { call in
                    number += 1
                    var call = call
                    call["id"] = "\(number)"
                    call["month"] = "\(month)-01"
                    call["started_at"] = call["started_at"].flatMap { Self.isTime($0) ? $0 : nil }
                    return String(decoding: try encoder.encode(call), as: UTF8.self)
                }
            }
    }

    private static func isTime(_ text: String) -> Bool {
        let form = /[0-9]{4}-[0-9]{2}-(?:[0-2][0-9]|3[01]) [0-9]{2}:[0-9]{2}:[0-9]{2}/
            .matchingSemantics(.unicodeScalar)
        return text.wholeMatch(of: form) != nil
    }

    private static func calls(
        _ path: String,
        expandedTo text: String
    ) async throws -> [[String: String]] {
        defer { try? FileManager.default.removeItem(atPath: text) }
        let gunzip = try ChildProcess(Command("gzip", ["-dc", path], output: .file(text)))
        guard await gunzip.end() == .exited(0) else { throw TortureError(what: "gzip failed") }
        let rows = rows(of: try Array(Data(contentsOf: URL(filePath: text))))
        let names = rows.first?.map { String(decoding: $0, as: UTF8.self) } ?? []
        guard names == columns else { throw TortureError(what: "the calls are not as expected") }
        return rows.dropFirst()
            .compactMap { row in
                let values = row.map { String(validating: $0, as: UTF8.self) }
                guard values.count == names.count, !values.contains(nil) else { return nil }
                let filled = zip(names, values.compactMap(\.self)).filter { $1 != "" }
                return Dictionary(uniqueKeysWithValues: filled)
            }
    }

    /// The fields of a CSV file, RFC 4180.
    private static func rows(of bytes: [UInt8]) -> [[[UInt8]]] {
        var rows: [[[UInt8]]] = []
        var row: [[UInt8]] = [[]]
        var isQuoted = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                let isEscaped = isQuoted && index < bytes.count && bytes[index] == byte
                if isEscaped { row[row.count - 1].append(byte) }
                if isEscaped { index += 1 } else { isQuoted.toggle() }
            case UInt8(ascii: ",") where !isQuoted: row.append([])
            case UInt8(ascii: "\n") where !isQuoted:
                rows.append(row)
                row = [[]]
            default: row[row.count - 1].append(byte)
            }
        }
        return rows
    }
}

extension String {
    /// The pipeline's definition with a source more, of which it reads the calls.
    ///
    /// - Parameters:
    ///   - source: The source's keys.
    ///   - extract: What is read of it.
    /// - Returns: The definition.
    func readingCalls(from source: String, _ extract: String) -> String {
        replacing("\nsources:\n", with: "\nsources:\n  outside: { \(source) }\n")
            .replacing(
                "{ source: drops, csv: \"calls_{period}.csv.gz\" }",
                with: "{ source: outside, \(extract) }"
            )
    }
}
