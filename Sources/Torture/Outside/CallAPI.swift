import Foundation
import Loopback
import Processes

/// An API with the calls of the campaign's files, page by page.
struct CallAPI: OutsideContent {
    /// The calls of a month as objects of JSON.
    private let months: [String: [String]]
    private static let page = 500

    /// The pipeline that asks it for the facts.
    static let sources = Outside.Maker { name, ground in
        try await Outside(
            CallAPI(folder: ground.data, named: name, on: ground),
            named: name,
            on: ground,
            environment: { ["OUTSIDE_URL": $0] },
            definition: { text in
                text.replacing(
                    "\nsources:\n",
                    with: "\nsources:\n  api: { http: \"${OUTSIDE_URL}\", private: true }\n"
                )
                .replacing(
                    "{ source: drops, csv: \"calls_{period}.csv.gz\" }",
                    with: "{ source: api, get: calls, params: { since: \"{period_start}\" }, "
                        + "pages: { next: next }, rows: data }"
                )
            }
        )
    }

    private init(folder: String, named copy: String, on ground: Ground) async throws {
        let text = "\(ground.folder)/\(copy)-calls.csv"
        var months: [String: [String]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder)
        where name.hasPrefix("calls_") {
            let month = name.dropFirst("calls_".count).prefix("2024-01".count)
            months[String(month)] = try await Self.calls("\(folder)/\(name)", expandedTo: text)
        }
        self.months = months
    }

    func answer(to request: WebServer.Request) -> TroubledServer.Answer {
        let month = String(request.query["since"]?.prefix(7) ?? "")
        guard let calls = months[month] else { return TroubledServer.Answer(status: 404) }
        let start = request.query["after"].flatMap { Int($0) } ?? 0
        let end = min(start + Self.page, calls.count)
        let next = "\"\(request.path)?since=\(month)-01&after=\(end)\""
        let data = calls[start..<end].joined(separator: ",")
        let text = "{\"data\":[\(data)],\"next\":\(end < calls.count ? next : "null")}"
        return TroubledServer.Answer(
            fields: [(name: "Content-Type", value: "application/json")],
            body: Array(text.utf8)
        )
    }

    /// The rows of a file that an API can have: those of right texts, with all their fields.
    private static func calls(_ path: String, expandedTo text: String) async throws -> [String] {
        defer { try? FileManager.default.removeItem(atPath: text) }
        let gunzip = try ChildProcess(Command("gzip", ["-dc", path], output: .file(text)))
        guard await gunzip.end() == .exited(0) else { throw TortureError(what: "gzip failed") }
        let rows = rows(of: try Array(Data(contentsOf: URL(filePath: text))))
        let names = rows.first?.map { String(decoding: $0, as: UTF8.self) } ?? []
        let encoder = JSONEncoder()
        return try rows.dropFirst()
            .compactMap { row in
                let values = row.map { String(validating: $0, as: UTF8.self) }
                guard values.count == names.count, !values.contains(nil) else { return nil }
                let filled = zip(names, values).filter { $1 != "" }
                let object = Dictionary(uniqueKeysWithValues: filled)
                return String(decoding: try encoder.encode(object), as: UTF8.self)
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
