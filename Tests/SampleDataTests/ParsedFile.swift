import Foundation
import Processes
import SampleData

/// A CSV file read back by the plainest means: RFC 4180, byte by byte.
struct ParsedFile {
    struct Record {
        /// The physical line on which it starts.
        let line: Int
        let raw: ArraySlice<UInt8>
        let fields: [[UInt8]]

        /// Its fields as text; `nil` when one is not UTF-8.
        var texts: [String]? {
            let texts = fields.compactMap { String(validating: $0, as: UTF8.self) }
            return texts.count == fields.count ? texts : nil
        }
    }

    let header: [String]
    let records: [Record]

    init(_ name: String, in directory: String) throws {
        var bytes = try Self.read("\(directory)/\(name)")[...]
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes = bytes.dropFirst(3) }
        var records: [Record] = []
        var line = 1
        while !bytes.isEmpty {
            let record = Self.takeRecord(&bytes, line: line)
            line += 1 + record.raw.count { $0 == 0x0a }
            records.append(record)
        }
        header = records.first?.texts ?? []
        self.records = Array(records.dropFirst())
    }

    /// The records without the bad ones, each column by its name.
    func goodRows(_ sheet: AnswerSheet, file: String) -> [[String: String]] {
        let bad = Set(sheet.badRows.lazy.filter { $0.file == file }.map(\.line))
        return records.filter { !bad.contains($0.line) }.compactMap(\.texts)
            .map { texts in
                Dictionary(uniqueKeysWithValues: zip(header, texts))
            }
    }

    private static func takeRecord(_ bytes: inout ArraySlice<UInt8>, line: Int) -> Record {
        let all = bytes
        var fields: [[UInt8]] = [[]]
        var isQuoted = false
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && bytes.first == UInt8(ascii: "\""):
                bytes = bytes.dropFirst()
                fields[fields.count - 1].append(byte)
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: fields.append([])
            case 0x0d where !isQuoted: break
            case 0x0a where !isQuoted:
                let raw = all[..<(bytes.startIndex - 1)]
                return Record(line: line, raw: raw, fields: fields)
            default: fields[fields.count - 1].append(byte)
            }
        }
        return Record(line: line, raw: all, fields: fields)
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard path.hasSuffix(".gz") else { return Array(try Data(contentsOf: URL(filePath: path))) }
        let gzip = try CapturedProcess(Command("gzip", ["-dc", path])).waitForResult()
        guard gzip.end == .exited(0) else { throw CocoaError(.fileReadCorruptFile) }
        return gzip.output
    }
}

/// Runs `body` with an empty directory, and removes it afterwards.
func withDirectory(_ body: (String) throws -> Void) throws {
    let name = "longshore-sample-\(UInt64.random(in: 0...(.max)))"
    let directory = FileManager.default.temporaryDirectory.appending(path: name).path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try body(directory)
}

extension AnswerSheet {
    init(in directory: String) throws {
        let data = try Data(contentsOf: URL(filePath: "\(directory)/\(AnswerSheet.fileName)"))
        self = try JSONDecoder().decode(AnswerSheet.self, from: data)
    }

    /// What one file's bad rows are, by line.
    func badRows(of file: String) -> [Int: BadRow] {
        Dictionary(uniqueKeysWithValues: badRows.filter { $0.file == file }.map { ($0.line, $0) })
    }
}

/// The bytes of every file in a directory, by name.
func contents(of directory: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: directory)
    return try Dictionary(
        uniqueKeysWithValues: names.map { name in
            (name, try Data(contentsOf: URL(filePath: "\(directory)/\(name)")))
        }
    )
}
