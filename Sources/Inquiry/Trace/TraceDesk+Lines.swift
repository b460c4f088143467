import Extraction
import Ledger
import Pipelines
import Planning
import Postgres
import Rows

/// The lines of the source that rows came from.
extension TraceDesk {
    /// Finds them by reading the source again, by the definition of the load that read it.
    ///
    /// - Returns: the origin with its places, or with the reason why they are not known.
    func withPlaces(
        _ origin: TracedRow.Origin,
        of key: [String],
        found search: TraceSearch,
        environment: SourceEnvironment
    ) async throws -> TracedRow.Origin {
        var origin = origin
        do {
            guard
                let sources = try await sourceSearch(origin, of: key, found: search, environment)
            else { return origin }
            let places = try await sources.places(recorded: origin.input ?? "")
            origin.places = places
            if places.isEmpty { origin.placesUnknown = "no row of its files has the key" }
        } catch {
            origin.placesUnknown = String(describing: error)
        }
        return origin
    }

    /// `nil` for what has no lines: a query, a calendar, a key that is computed.
    private func sourceSearch(
        _ origin: TracedRow.Origin,
        of key: [String],
        found search: TraceSearch,
        _ environment: SourceEnvironment
    ) async throws -> SourceSearch? {
        guard let load = Int64(origin.task.prefix { $0 != "." }) else { return nil }
        let stored = try await client.withConnection { connection in
            try await StoredDefinition.ofLoad(load, on: connection)
        }
        guard let stored else { return nil }
        let pipeline = try stored.pipeline()
        let then = try TraceSearch(search.table, in: pipeline)
        guard let extract = pipeline.extract(ofTable: search.table), extract.readsObjects,
            then.plans.allSatisfy({ $0.expression == nil }), then.plans.count == key.count
        else { return nil }
        return SourceSearch(
            extract: extract,
            sources: Sources(
                pipeline.sources,
                credentials: pipeline.credentials,
                folder: stored.folder,
                environment: environment
            ),
            period: pipeline.periods.flatMap { Period(origin.period, grain: $0.grain) },
            clock: SourceClock(
                of: pipeline,
                fact: pipeline.facts.first { $0.table == search.table.name }?.name
            ),
            plans: then.plans,
            wanted: try await encoded(key, then)
        )
    }

    /// The function of Postgres that gives a value's binary form.
    private static func sender(of type: ColumnType) -> SQL {
        switch type {
        case .text: "textsend"
        case .integer: "int8send"
        case .decimal: "numeric_send"
        case .float: "float8send"
        case .boolean: "boolsend"
        case .date: "date_send"
        case .timestamp: "timestamptz_send"
        case .uuid: "uuid_send"
        case .json: "jsonb_send"
        }
    }

    /// The key's parts as the server would send them.
    private func encoded(_ key: [String], _ search: TraceSearch) async throws -> [[UInt8]] {
        let parts = key.enumerated()
            .map { index, value in
                let sender = Self.sender(of: search.plans[index].type)
                let type = SQL(raw: search.parts[index].type)
                return "\(sender)(\(value)::text::\(type)) as \(id: "part\(index)")" as SQL
            }
        let rows = try await client.query("select \(parts.joined(separator: ", "))")
        guard let row = rows.first else { return [] }
        return try key.indices.map { try row.bytes("part\($0)") }
    }
}

extension Pipeline {
    /// What the dimension or fact behind a table reads.
    fileprivate func extract(ofTable table: TracedTable) -> Extract? {
        if let fact = fact(table.subject), fact.table == table.name { return fact.extract }
        guard case .extract(let extract)? = dimension(table.subject)?.content else { return nil }
        return extract
    }
}
