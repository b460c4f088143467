import Pipelines
import Postgres

/// A query of a dashboard with its parameters: values never become a part of its text.
struct BoundQuery: Sendable, Hashable {
    /// The statement, with a parameter for each placeholder.
    let sql: SQL
    /// The text that was written, and where its pieces are in the statement.
    private let pieces: [Piece]
    private let query: PanelQuery

    /// A piece of the text between placeholders.
    private struct Piece: Hashable {
        /// Its first Unicode scalar in the statement.
        let sent: Int
        /// Its first Unicode scalar in the text.
        let written: Int
    }

    /// Binds a query.
    ///
    /// Each placeholder is a parameter of its own, so that Postgres takes its type from where it stands.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - filters: What its placeholders are about.
    ///   - choices: What is chosen of them.
    ///   - instants: What stands for placeholders that are instants, by their places.
    init(
        _ query: PanelQuery,
        _ filters: [DashboardFilter],
        _ choices: DashboardChoices,
        instants: [Int: String] = [:]
    ) {
        var sql = SQL(raw: "")
        var pieces: [Piece] = []
        var sent = 0
        var count = 0
        for part in SQLText(query.sql).parts {
            switch part {
            case .text(let text, let written):
                pieces.append(Piece(sent: sent, written: written))
                sent += text.unicodeScalars.count
                sql += SQL(raw: text)
            case .placeholder(let name):
                let instant = instants[count].map { PostgresValue.text($0) }
                count += 1
                sent += "$\(count)".unicodeScalars.count
                let value = instant ?? Self.value(name, filters, choices)
                sql += "\(value)"
            }
        }
        (self.sql, self.pieces, self.query) = (sql, pieces, query)
    }

    private static func value(
        _ name: String,
        _ filters: [DashboardFilter],
        _ choices: DashboardChoices
    ) -> PostgresValue {
        switch name {
        case "period_start": return choices.span.map { .text($0.start.description) } ?? .null
        case "period_end": return choices.span.map { .text($0.end.description) } ?? .null
        default:
            guard let values = choices.values[name] else { return .null }
            let filter = filters.first { $0.name == name }
            if case .choice(_, isMany: true)? = filter?.kind { return .textArray(values) }
            return values.first.map { .text($0) } ?? .null
        }
    }

    /// Where a character of the statement stands in the file, counted from 1 and without what was put before it.
    func position(ofSent sent: Int) -> Diagnostic.Position {
        let index = sent - 1
        guard let piece = pieces.last(where: { $0.sent <= index }) else {
            return query.origin.start
        }
        let written = piece.written + index - piece.sent
        let before = query.sql.unicodeScalars.prefix(max(written, 0))
        let line = before.count { $0 == "\n" } + 1
        let column = before.reversed().prefix { $0 != "\n" }.count + 1
        return query.origin.position(of: Diagnostic.Position(line: line, column: column))
    }
}
