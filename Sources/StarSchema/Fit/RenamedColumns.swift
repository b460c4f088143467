import Pipelines
import Postgres

/// Columns that are gone from a definition beside those that are new in it: one may be the other under
/// another name, which only a person can know.
struct RenamedColumns {
    /// The table's columns that the definition has no more, with their types.
    let lost: [String: String]
    /// The definition's columns that the table has not.
    let new: [TableDesign.Column]
    /// What the definition says of columns, and what the one before said.
    let now: ColumnOrigins
    let before: ColumnOrigins?

    /// The columns of `existing`, a table's with their types, that its design has no more.
    ///
    /// Those of versions and of partitions come and go with the table's shape.
    static func lost(
        from existing: [String: String],
        _ design: TableDesign
    ) -> [String: String] {
        let kept = Set((design.columns + Dimension.validity).map(\.name)).union(["period"])
        return existing.filter { !kept.contains($0.key) }
    }

    /// What columns may be called now that are gone, by the names that they had.
    var names: [String: String] {
        Dictionary(lost.keys.compactMap { name in successor(of: name).map { (name, $0.name) } }) {
            $1
        }
    }

    /// The line of a refusal that gives columns other names, which keeps what `kept` says.
    static func offer(
        of pairs: [(old: String, new: String)],
        _ kept: String,
        _ statements: [SQL]
    ) -> String {
        let words = pairs.map { "`\($0.new)` is `\($0.old)`" }.joined(separator: " and ")
        return "-- or, only if \(words) under another name (\(kept)): "
            + statements.joined(separator: " ").written
    }

    /// The column that `name` may be now.
    ///
    /// It has the same type, and is read from the same column of the source; else it stands at the same
    /// place in the definition; else it is the only new one of its type, and the other the only one lost.
    func successor(of name: String) -> TableDesign.Column? {
        guard let type = lost[name] else { return nil }
        // A column of a reference holds keys of one dimension: they mean nothing in another, nor as a number.
        let dimension = before?.references[name]
        let candidates = new.filter { column in
            column.type == type && now.references[column.name] == dimension
        }
        let sameSource = candidates.filter { column in
            before?.sources[name].map { $0 == now.sources[column.name] } ?? false
        }
        if sameSource.count == 1 { return sameSource[0] }
        let samePlace = candidates.filter { column in
            before?.places[name].map { $0 == now.places[column.name] } ?? false
        }
        if samePlace.count == 1 { return samePlace[0] }
        let rivals = lost.filter { $0.value == type && before?.references[$0.key] == dimension }
        return candidates.count == 1 && rivals.count == 1 ? candidates[0] : nil
    }
}

extension TableDesign {
    /// The SQL that gives a column another name; the index that readers have on it goes with it.
    func renaming(
        _ column: String,
        to name: String,
        on connection: PostgresConnection
    ) async throws -> SQL {
        let rename: SQL =
            "alter table \(qualifiedName) rename column \(id: column) to \(id: name);"
        let old = Self.index(on: column, of: self.name)
        let new = Self.index(on: name, of: self.name)
        guard indexes.contains(new), try await old.columns(of: self, on: connection) != nil
        else { return rename }
        return "\(rename) alter index \(id: schema, old.name) rename to \(id: new.name);"
    }
}
