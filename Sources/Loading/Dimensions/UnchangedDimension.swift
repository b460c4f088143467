import Digests
import Extraction
import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import StarSchema

/// Whether a dimension's source has what its table was loaded from, so that reading it would change nothing.
///
/// It is so where the ledger knows the files of the load whose rows stand, they are all that is there, with the same
/// digests (or where the query that is declared for it answers the same), the table follows from the same definition,
/// and its rows were not counted otherwise since. In doubt the source is read.
struct UnchangedDimension {
    private let dimension: Dimension
    private let extract: Extract
    private let attempt: Attempt

    init(_ dimension: Dimension, from extract: Extract, of attempt: Attempt) {
        self.dimension = dimension
        self.extract = extract
        self.attempt = attempt
    }

    /// The load whose rows stand, where ``surroundings()`` are these; `nil` where the source has to be read.
    func load(within surroundings: String) async throws -> Int64? {
        guard !attempt.row.refreshes, canBeTold,
            let standing = try await ControlTable(attempt.connection)
                .standing(of: attempt.row.key, forTask: attempt.task),
            try await extent(within: surroundings) == standing.extent
        else { return nil }
        let isSame = extract.readsObjects ? await hasSameFiles(standing.inputs) : true
        return isSame ? standing.load : nil
    }

    /// Neither the time nor another source has a say in what a load would say.
    private var canBeTold: Bool {
        let expected = dimension.demands.expectations
        return (extract.unchangedBy != nil || extract.readsObjects && !extract.isCutByPeriod)
            && expected.freshness == nil && expected.totals.isEmpty
    }

    /// What has a say beside the files: what a query says that is declared for it, how often those tables that the
    /// dimension refers to were changed, and what is expected of a load.
    ///
    /// It is noted before the rows and the keys of these tables are read: what is changed meanwhile has the next load
    /// read again.
    func surroundings() async throws -> String {
        let references = TableLayout(dimension, in: attempt.pipeline).dimensions.map(\.table)
        let rows = try await attempt.connection.query(
            """
            select string_agg(c.table_name || ':' || c.revision, ' ' order by c.table_name) as revisions
            from longshore.control c where c.schema_name = \(attempt.row.schema)
                and c.table_name = any(\(references)::text[]) and c.period = ''
            """
        )
        let expected = "\(dimension.demands.expectations) \(String(describing: dimension.expiry))"
        let digest = SHA256.hexadecimal(Array(expected.utf8)).prefix(16)
        return [
            try rows.first?.optionalText("revisions"), "expect:\(digest)", try await watermark(),
        ]
        .compactMap { $0 }.joined(separator: " ")
    }

    /// What the source says of the state of its rows; `nil` where it is not asked.
    ///
    /// - Throws: ``LoadingError`` where that is not one row.
    private func watermark() async throws -> String? {
        guard let watermark = extract.watermark else { return nil }
        var reader = try await attempt.reader(of: watermark)
        var rows: [ArraySlice<UInt8>] = []
        while let batch = try await reader.next(), rows.count <= 1 {
            rows += batch.rows.map(batch.raw)
        }
        guard let row = rows.first, rows.count == 1 else {
            throw LoadingError.watermark(attempt.row.table, of: extract.source, rows: rows.count)
        }
        return "mark:\(SHA256.hexadecimal(Array(row)).prefix(32))"
    }

    /// How many rows the dimension's tables have now, with the sum of its surrogate keys, which no other rows have, and
    /// its surroundings.
    func extent(within surroundings: String) async throws -> String {
        let counts = dimension.designs(schema: attempt.row.schema)
            .map { design -> SQL in
                design.name == dimension.table
                    ? """
                    (select count(*) || ':' || coalesce(sum(\(id: dimension.surrogateKey)), 0)
                        from \(design.qualifiedName) where not is_inferred)
                    """
                    : "(select count(*) from \(design.qualifiedName))"
            }
        let rows = try await attempt.connection.query(
            "select concat_ws(' ', \(counts.joined(separator: ", "))) as counts"
        )
        return (try rows.first?.text("counts") ?? "") + " " + surroundings
    }

    /// Whether a value may be the time of a file.
    private var readsTimes: Bool {
        dimension.attributes.contains {
            $0.plan.source == InputColumn.time.rawValue || $0.plan.expression != nil
        }
    }

    /// Looks at names and sizes first, and reads the files only when these are the same.
    ///
    /// A source that cannot be asked is for the load to tell of.
    private func hasSameFiles(_ inputs: [InputSummary]) async -> Bool {
        let known = inputs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        do {
            guard let files = try await attempt.sources(asking: extract.source).files(of: extract)
            else { return false }
            let found = try await files.all()
            guard found.map({ Array($0.name.utf8) }) == known.map({ Array($0.name.utf8) }),
                found.map(\.size) == known.map(\.size),
                !readsTimes || found.map(\.modified) == known.map({ $0.modified ?? 0 })
            else { return false }
            for input in known {
                guard try await files.summary(of: input.name).digest == input.digest else {
                    return false
                }
            }
            return true
        } catch {
            return false
        }
    }
}
