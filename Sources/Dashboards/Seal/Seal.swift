import Pipelines

/// What figures rest on: their tables, with the periods that are shown, and how these stand.
package struct Seal: Sendable, Hashable, Codable {
    /// How something stands, from good to bad.
    package enum Standing: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
        /// Loaded, and nothing that it rests on has changed since.
        case loaded
        /// Loaded, and something that it rests on has changed since.
        case stale
        /// Not loaded, or its rows are gone.
        case missing

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

        package static func < (one: Standing, other: Standing) -> Bool { one.rank < other.rank }
    }

    /// A period of a table.
    package struct Piece: Sendable, Hashable, Codable {
        /// Its label; empty of a table that is loaded whole.
        package var period: String
        /// Its first day; `nil` of a table that is loaded whole.
        package var start: String?
        /// The first day behind it.
        package var end: String?
        /// How it stands.
        package var standing: Standing
        /// Why it is no better.
        package var reason: String?
        /// The load that loaded it.
        package var load: Int64?
        /// When, in UTC.
        package var loadedAt: String?
        /// Rows that were read.
        package var read: Int?
        /// Rows that it has.
        package var rows: Int?
        /// Rows that were rejected.
        package var rejected: Int
        /// Rows that were there twice.
        package var deduplicated: Int?
    }

    /// A table that a query reads.
    package struct Table: Sendable, Hashable, Codable {
        /// What it is in the pipeline's definition.
        package enum Kind: String, Sendable, Hashable, Codable {
            case fact
            case mart
            case dimension
            /// Nothing that the ledger knows.
            case other
        }

        /// Its schema.
        package var schema: String
        /// Its name.
        package var name: String
        /// What it is.
        package var kind: Kind
        /// What of it is shown, in the order of time.
        package var pieces: [Piece]

        /// Whether it is loaded by period.
        package var isByPeriod: Bool { pieces.contains { $0.start != nil } }
    }

    /// The tables, facts first.
    package var tables: [Table]
    /// The places of a picture's axis that have no rows, where no period of a table tells why.
    package var emptyPlaces: [String] = []

    /// What figures rest on.
    package init(tables: [Table]) { self.tables = tables }

    /// How the worst of it stands.
    package var standing: Standing {
        emptyPlaces.isEmpty ? pieces.map(\.standing).max() ?? .loaded : .missing
    }

    /// All that was loaded of facts and marts.
    package var pieces: [Piece] { mainTables.flatMap(\.pieces) }

    /// Facts and marts; where there are none, what there is.
    package var mainTables: [Table] {
        let main = tables.filter { $0.kind == .fact || $0.kind == .mart }
        return main.isEmpty ? tables.filter { $0.kind == .dimension } : main
    }

    /// The fact that all figures are of; `nil` where there are several, or a mart.
    package var onlyFact: Table? {
        let main = mainTables
        return main.count == 1 && main[0].kind == .fact ? main[0] : nil
    }

    /// How days stand: the worst of what overlaps them, of tables that are loaded by period.
    ///
    /// - Returns: `nil` where no table is loaded by period, or none has a period there.
    func standing(from start: Day, to end: Day) -> Standing? {
        pieces(from: start, to: end).map(\.standing).max()
    }

    /// The newest load of what overlaps days; of tables that are loaded whole, their newest.
    func load(from start: Day, to end: Day) -> Int64? {
        pieces(from: start, to: end).compactMap(\.load).max()
            ?? mainTables.filter { !$0.isByPeriod }.flatMap(\.pieces).compactMap(\.load).max()
    }

    private func pieces(from start: Day, to end: Day) -> [Piece] {
        mainTables.filter(\.isByPeriod).flatMap(\.pieces)
            .filter { piece in
                guard let first = piece.start.flatMap({ Day($0) }),
                    let last = piece.end.flatMap({ Day($0) })
                else { return false }
                return first < end && start < last
            }
    }

    /// Two seals as one: what both rest on.
    package func joined(with other: Seal) -> Seal {
        var seal = self
        let known = Set(tables.map { [$0.schema, $0.name] })
        seal.tables += other.tables.filter { !known.contains([$0.schema, $0.name]) }
        seal.emptyPlaces = Set(emptyPlaces).union(other.emptyPlaces).sorted()
        return seal
    }
}
