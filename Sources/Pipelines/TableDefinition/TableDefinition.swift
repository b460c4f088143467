import Digests

/// What the rows of one table follow from, part by part: two definitions with the same parts give
/// the same rows from the same sources.
///
/// Words are canonical: neither the order nor the spelling of the YAML is in them, nor what changes
/// no row (descriptions, indexes, pools, limits, expectations, tests of marts). They are kept in the
/// ledger, so words of what is not declared are left out: a later Longshore that can declare more
/// says the same of a definition that does not.
public struct TableDefinition: Sendable, Hashable, Codable {
    /// One thing that rows follow from.
    public struct Part: Sendable, Hashable, Codable {
        /// What kind of thing it is.
        public var kind: Kind
        /// Its name among those of its kind; empty where there is but one.
        public var name: String
        /// What is declared, in canonical words.
        public var words: String

        init(_ kind: Kind, _ name: String, _ words: String) {
            self.kind = kind
            self.name = name
            self.words = words
        }
    }

    /// The kinds of thing that rows follow from.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Where rows are read from.
        case source
        /// The query that gives them.
        case query
        /// A key of the table's section: `grain`, `load`, `effective` …
        case setting
        /// How a value is made.
        case column
        /// What a value must keep.
        case rules
        /// How a dimension's key is found.
        case reference
        /// What a row must keep.
        case check
        /// The SQL of a mart.
        case sql
    }

    /// The parts, by kind and name.
    public let parts: [Part]

    init(_ parts: [Part]) {
        self.parts = parts.sorted { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) }
    }

    /// SHA-256 of all parts, in 64 hexadecimal digits.
    public var digest: String {
        var bytes = Array("longshore-table-1\n".utf8)
        for part in parts {
            let head = "\(part.kind.rawValue) \(part.name.utf8.count) \(part.words.utf8.count)\n"
            bytes += Array((head + part.name + part.words).utf8)
        }
        return SHA256.hexadecimal(bytes)
    }

    /// What is not as it was in `older`.
    ///
    /// - Parameters:
    ///   - older: What it was.
    ///   - columns: Those that the table has, where that is known: a new one that is there, and says what one
    ///     said that is not, is that one under another name.
    /// - Returns: The changes, by kind and name.
    public func changes(
        since older: TableDefinition,
        columns: Set<String>? = nil
    ) -> [TableChange] {
        let now = byKey
        let before = columns.map { renamed(older.byKey, in: $0) } ?? older.byKey
        let changes: [TableChange] = Kind.allCases.flatMap { kind in
            Set(before.keys).union(now.keys).filter { $0.kind == kind }
                .sorted { $0.name < $1.name }
                .compactMap { key in
                    guard before[key] != now[key] else { return nil }
                    // Who hears that a column has come or gone need not hear it of its rule, too.
                    let column = Key(kind: .column, name: key.name)
                    if kind == .rules, (before[column] == nil) != (now[column] == nil) {
                        return nil
                    }
                    let way: TableChange.Way =
                        before[key] == nil ? .new : now[key] == nil ? .gone : .changed
                    return TableChange(kind: kind, name: key.name, way: way)
                }
        }
        // The zone comes and goes with the columns and references that it matters to: they are told.
        let told = changes.filter { !$0.isZoneByItself }
        return told.isEmpty ? changes : told
    }

    /// An older definition under the names that its columns have by now.
    ///
    /// - Parameters:
    ///   - older: The definition.
    ///   - columns: Those that the table has.
    /// - Returns: It, with the name of now for a column that the table has no more, where a new one says the same.
    public func renaming(_ older: TableDefinition, in columns: Set<String>) -> TableDefinition {
        TableDefinition(
            renamed(older.byKey, in: columns).map { Part($0.key.kind, $0.key.name, $0.value) }
        )
    }

    private func renamed(_ older: [Key: String], in columns: Set<String>) -> [Key: String] {
        var before = older
        var names: [String: String] = [:]
        let now = byKey
        for (new, words) in now where before[new] == nil {
            guard let column = new.column, columns.contains(column) else { continue }
            let gone = before.first { old, other in
                old.kind == new.kind && other == words && now[old] == nil
                    && !columns.contains(old.column ?? "")
            }
            guard let gone else { continue }
            names[gone.key.name] = new.name
            before[gone.key] = nil
            before[new] = words
            let rules = Key(kind: .rules, name: gone.key.name)
            if let rule = before.removeValue(forKey: rules) {
                before[Key(kind: .rules, name: new.name)] = rule
            }
        }
        for name in Self.settingsOfColumns {
            let key = Key(kind: .setting, name: name)
            before[key] = before[key].map { Self.renamed($0, of: name, by: names) }
        }
        return before
    }

    /// Settings that name columns, each at the beginning of an item of a list.
    private static let settingsOfColumns = ["key", "effective", "grain", "period"]

    private static func renamed(
        _ words: String,
        of setting: String,
        by names: [String: String]
    ) -> String {
        let items = words.split(separator: ", ")
            .map { item in
                let name = String(item.prefix { $0 != " " })
                return (names[name] ?? name) + item.dropFirst(name.count)
            }
        return (setting == "grain" ? items.sorted() : items).joined(separator: ", ")
    }

    private struct Key: Hashable {
        let kind: Kind
        let name: String

        /// The table's column that it tells of; `nil` where it tells of none.
        var column: String? {
            switch kind {
            case .column: name
            case .reference: name + "_key"
            default: nil
            }
        }
    }

    private var byKey: [Key: String] {
        Dictionary(parts.map { (Key(kind: $0.kind, name: $0.name), $0.words) }) { $1 }
    }
}

/// A part of a table's definition that is not what it was.
public struct TableChange: Sendable, Hashable, CustomStringConvertible {
    /// What has become of it.
    public enum Way: Sendable, Hashable {
        /// It was not there.
        case new
        /// It is there no more.
        case gone
        /// It says something else.
        case changed
    }

    /// What kind of thing it is.
    public let kind: TableDefinition.Kind
    /// Its name.
    public let name: String
    /// What has become of it.
    public let way: Way

    /// Whether rows of before have no value where there is one now.
    public var isNewColumn: Bool { way == .new && (kind == .column || kind == .reference) }

    /// Whether a zone matters now that did not before, or no more: nobody has written another one.
    fileprivate var isZoneByItself: Bool { kind == .setting && name == "zone" && way != .changed }

    /// `column qty is new`, `the SQL has changed`.
    public var description: String {
        switch (kind, way) {
        case (.source, _): "the source has changed"
        case (.query, _): "the query has changed"
        case (.sql, _): "the SQL has changed"
        case (.rules, _): "the rule of \(name) has changed"
        case (.setting, _): "`\(name)` has changed"
        case (_, .new): "\(kind.rawValue) \(name) is new"
        case (_, .gone): "\(kind.rawValue) \(name) is gone"
        case (_, .changed): "\(kind.rawValue) \(name) has changed"
        }
    }
}
