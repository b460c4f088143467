import Ledger
import Pipelines
import Planning
import Postgres

/// What can be said of a key that no row has.
extension TraceDesk {
    /// How many rejects are told at most.
    private static let mostHints = 3

    /// How many rejects are looked at, and how many bytes their rows have together.
    private static let mostLookedAt = (rejects: 10_000, bytes: 16 << 20)

    /// The error for it, with the newest rejects of the table that hold all values of the key.
    func absence(of key: [String], in table: TracedTable) async throws -> InquiryError {
        let (rejects, total) = try await rejects(withWords: key, in: table)
        var certain: [String] = []
        var possible: [String] = []
        let readers = try await keyReaders(of: table, by: Set(rejects.map(\.definition)))
        for reject in rejects where certain.count < Self.mostHints {
            switch readers[reject.definition]?.match(key, in: reject) ?? .mayHold {
            case .holds: certain.append(reject.hint("holds it"))
            case .mayHold: possible.append(reject.hint("may hold it"))
            case .lacks: break
            }
        }
        var hints = Array((certain + possible).prefix(Self.mostHints))
        if hints.isEmpty, total > rejects.count {
            hints = [
                "\(total - rejects.count) older rejects may hold it: "
                    + "`longshore rejects export \(table.pipeline)` has them all"
            ]
        }
        return .noRow(table.title, key, hints: hints)
    }

    /// The newest rejects whose rows have all values of a key as words in whatever place, open ones
    /// first, and how many there are.
    private func rejects(
        withWords key: [String],
        in table: TracedTable
    ) async throws -> ([TracedReject], total: Int) {
        // Raw rows need not be text in any encoding: `escape` makes every byte ASCII, and keeps letters.
        let conditions = key.map { word in
            #"""
            encode(raw, 'escape') ~ ('(^|[^[:alnum:]])' || regexp_replace(\#
            encode(convert_to(\#(word)::text, 'UTF8'), 'escape'), \#
            '([^[:alnum:]])', '\\\1', 'g') || '($|[^[:alnum:]])')
            """# as SQL
        }
        let rows = try await client.query(
            """
            select r.id, r.load_id, r.source, r.line, r.rule, r.state, r.raw, r.total,
                l.definition, array_to_json(coalesce(h.header, t.header))::text as header
            from (select *, row_number() over newest as place, count(*) over () as total,
                    sum(octet_length(raw)) over newest as bytes
                from longshore.reject
                where \(table.key().isOfTable)
                    and \(conditions.joined(separator: " and "))
                window newest as (order by state = \(RejectState.open) desc, id desc)) r
            join longshore.load l on l.id = r.load_id
            left join longshore.task t on t.load_id = r.load_id and t.ordinal = r.ordinal
            left join longshore.input_header h on h.load_id = r.load_id and h.ordinal = r.ordinal
                and h.source = r.source
            where r.place = 1 or r.place <= \(Self.mostLookedAt.rejects)
                and r.bytes <= \(Self.mostLookedAt.bytes)
            order by r.place
            """
        )
        let total: Int? = try rows.first?.integer("total")
        return (try rows.map(TracedReject.init), total ?? 0)
    }

    /// How definitions read a table's key, by their digests, without those that cannot be read any more or have
    /// no such table.
    private func keyReaders(
        of table: TracedTable,
        by digests: Set<String>
    ) async throws -> [String: KeyReader] {
        let pipelines = try await client.withConnection { connection in
            try await StoredDefinition.pipelines(ofDigests: digests, on: connection)
        }
        return pipelines.compactMapValues { pipeline in
            guard let search = try? TraceSearch(table, in: pipeline) else { return nil }
            return KeyReader(
                plans: search.plans,
                format: pipeline.format(ofTable: table.subject)
            )
        }
    }
}
