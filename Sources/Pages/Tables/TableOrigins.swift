package import Pipelines
import Words

/// What a table is made from and what is made from it, by the definition of its pipeline.
package struct TableOrigins: Sendable, Hashable, Encodable {
    /// A table that it has to do with.
    package struct Neighbour: Sendable, Hashable, Encodable {
        /// `dimension`, `fact`, `mart`, `export`.
        package let kind: String
        /// The name that the definition gives it.
        package let name: String
        /// Its table; `nil` for an export, which has none.
        package let table: String?
    }

    /// Where it is read from: the source's name with its kind, `calls (a folder of files)`.
    package let source: String?
    /// The files, the query or the like: as the definition writes it.
    package let extract: String?
    /// What it needs.
    package let needs: [Neighbour]
    /// What needs it.
    package let feeds: [Neighbour]
    /// What the definition says of it.
    package let description: String?
    /// Its business key or grain.
    package let key: [String]
    /// What is expected of it, in a line each.
    package let expectations: [String]

    /// The origins of a table, `fact_call`; `nil` where the pipeline has none of that name.
    package init?(table: String, in pipeline: Pipeline) {
        let dimension = pipeline.dimensions.first { $0.table == table }
        let fact = pipeline.facts.first { $0.table == table }
        let mart = pipeline.marts.first { $0.table == table }
        guard let name = dimension?.name ?? fact?.name ?? mart?.name else { return nil }
        let sourceName = fact?.extract.source ?? dimension?.source
        source = sourceName.map { name in
            name + (pipeline.sources[name].map { " (\($0.kind.title))" } ?? "")
        }
        extract = (fact?.extract ?? dimension?.extract).map(Self.words)
        needs = pipeline.needs(of: name).compactMap { Self.neighbour($0, in: pipeline) }.once
        let all =
            pipeline.dimensions.map(\.name) + pipeline.facts.map(\.name)
            + pipeline.marts.map(\.name) + pipeline.exports.map(\.name)
        feeds =
            all.filter { $0 != name && pipeline.needs(of: $0).contains(name) }
            .compactMap { Self.neighbour($0, in: pipeline) }.once
        description = fact?.description ?? dimension?.description ?? mart?.description
        key = fact?.grain ?? dimension?.key ?? []
        expectations =
            mart.map { $0.tests.map(\.title) }
            ?? (fact?.demands ?? dimension?.demands).map { Self.words($0.expectations) } ?? []
    }

    private static func neighbour(_ name: String, in pipeline: Pipeline) -> Neighbour? {
        if let fact = pipeline.fact(name) {
            return Neighbour(kind: "fact", name: name, table: fact.table)
        }
        if let dimension = pipeline.dimension(name) {
            return Neighbour(kind: "dimension", name: name, table: dimension.table)
        }
        if let mart = pipeline.mart(name) {
            return Neighbour(kind: "mart", name: name, table: mart.table)
        }
        return pipeline.export(name).map { Neighbour(kind: "export", name: $0.name, table: nil) }
    }

    private static func words(_ expected: Expectations) -> [String] {
        let rows =
            expected.maximumRows.map { "rows \(expected.minimumRows) to \($0)" }
            ?? "rows from \(expected.minimumRows) on"
        let rejects =
            "rejects up to \(Figures.share(Int(expected.maximumRejectShare * 10_000), of: 10_000))"
        let all: [String?] = [
            rows, rejects, expected.volume == nil ? nil : "a volume like before",
            expected.freshness == nil ? nil : "a newest row that is new enough",
            expected.totals.isEmpty
                ? nil : "\(counted(expected.totals.count, "total")) of the source",
        ]
        return all.compactMap(\.self)
    }

    private static func words(_ extract: Extract) -> String {
        switch extract.selection {
        case .objects(let pattern, _): pattern
        case .query(let query): query
        case .documents(let collection, _, _): "the collection \(collection)"
        case .calls: "calls of an API"
        }
    }
}

extension [TableOrigins.Neighbour] {
    /// Each once, in their order.
    fileprivate var once: Self {
        var known: Set<Element> = []
        return filter { known.insert($0).inserted }
    }
}
