import Foundation
import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import Words

/// Finds a key in rows that were rejected, by the fields of its columns.
struct KeyReader {
    /// How each part of the key is read.
    let plans: [ValuePlan]
    /// How the rejects are written.
    let format: Format

    /// What can be said of a row.
    enum Match {
        case holds
        /// A word of it is the key, and nobody knows whether it would be read so.
        case mayHold
        case lacks
    }

    /// Whether the fields of the key's columns have its values.
    func match(_ key: [String], in reject: TracedReject) -> Match {
        guard plans.count == key.count,
            let fields = RejectedRow.fields(of: reject.raw, reject.header, format)
        else { return .mayHold }
        let matches = zip(plans, key)
            .map { plan, value in
                guard plan.expression == nil,
                    let place = reject.header.firstIndex(of: plan.source)
                else { return Match.mayHold }
                return Self.match(value, in: fields[place], readBy: plan)
            }
        if matches.contains(.lacks) { return .lacks }
        return matches.contains(.mayHold) ? .mayHold : .holds
    }

    /// A number, a day and cleaned text can be written in several ways; plain text only in one.
    private static func match(
        _ value: String,
        in field: [UInt8],
        readBy plan: ValuePlan
    ) -> Match {
        if field.elementsEqual(value.utf8) { return .holds }
        let isPlain = plan.type == .text && plan.cleaning.allSatisfy { $0 == .trim }
        let isTrimmed = plan.type != .text || plan.cleaning.contains(.trim)
        let trimmed = String(decoding: field, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        if isTrimmed, trimmed.utf8.elementsEqual(value.utf8) { return .holds }
        return !isPlain && hasWord(value, field) ? .mayHold : .lacks
    }

    /// Whether the bytes of `word` stand in `field` with no letter or digit beside them.
    private static func hasWord(_ word: String, _ field: [UInt8]) -> Bool {
        let bytes = Array(word.utf8)
        guard !bytes.isEmpty, bytes.count <= field.count else { return false }
        return (0...field.count - bytes.count)
            .contains { start in
                let end = start + bytes.count
                return field[start..<end].elementsEqual(bytes)
                    && (start == 0 || !isOfWord(field[start - 1]))
                    && (end == field.count || !isOfWord(field[end]))
            }
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...:
            true
        default: false
        }
    }
}

/// A rejected row that may have the key that somebody looks for.
struct TracedReject {
    let id: String
    let load: String
    let source: String
    let line: String
    let rule: String
    let state: RejectState
    /// The digest of the definition that the row was refused by.
    let definition: String
    /// The names of the source's columns; empty when an older Longshore refused the row.
    let header: [ExactText]
    let raw: [UInt8]

    init(_ row: PostgresRow) throws {
        id = try row.text("id")
        load = try row.text("load_id")
        source = try row.text("source")
        line = try row.text("line")
        rule = try row.text("rule")
        state = try row.word("state")
        definition = try row.text("definition")
        header = StoredHeader.names(try row.optionalText("header")) ?? []
        raw = try row.bytes("raw")
    }

    /// Where it is, and what became of it; `verb` says what it has to do with the key.
    func hint(_ verb: String) -> String {
        "line \(line) of `\(source)` \(verb), and was rejected in load \(load) by the rule `\(rule)` "
            + "(\(state.rawValue)): `longshore rejects show \(id)`"
    }
}
