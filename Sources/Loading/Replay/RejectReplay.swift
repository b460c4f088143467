import Extraction
import Foundation
import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import Words

/// The rejects that a task of a replay reads again, in the task's transaction.
///
/// They were chosen when the replay was created. Those that somebody has settled since, by a reload or
/// a waiver, are left alone. One that is refused again is let go of, and stays open; the others are
/// fixed by the task. All are of one load task: the next one that read their source would have
/// superseded them.
struct RejectReplay {
    let attempt: Attempt

    private var connection: PostgresConnection { attempt.connection }

    /// Fills a table from all the rejects in the order of their source, as if they were one.
    ///
    /// It leaves `pg_temp.replayed`, their numbers and places.
    ///
    /// - Parameter makeFill: makes what reads the first of them; the others follow.
    /// - Returns: what became of them.
    /// - Throws: What ``RowFill/run()`` and `makeFill` throw; `PostgresError`.
    func fill(_ makeFill: (RawRecordReader) async throws -> RowFill) async throws -> RowCounts {
        try await connection.query(
            "create temp table replayed (place bigint primary key, id bigint not null) on commit drop"
        )
        guard let origin = try await origin() else { return RowCounts() }
        try await arrange(origin)
        var counts = RowCounts()
        var fill: RowFill?
        var last: Int64 = 0
        while let page = try await page(after: last, of: origin) {
            let reader = RawRecordReader(
                page.records,
                types: origin.types,
                format: origin.format,
                known: origin.known,
                // Each row is of one input at most.
                inputsBefore: counts.read
            )
            if let fill {
                counts = try await fill.goOn(with: reader)
            } else {
                let first = try await makeFill(reader)
                counts = try await first.run()
                fill = first
            }
            last = page.last
        }
        return counts
    }

    /// Marks those that were not refused again as fixed.
    ///
    /// - Returns: where they came from, in words.
    func settle() async throws -> String {
        let rows = try await connection.query(
            """
            with fixed as (
                update longshore.reject r set state = 'fixed', fixed_by_load = \(attempt.task.load),
                    fixed_by_ordinal = \(attempt.task.ordinal), fixed_at = clock_timestamp()
                from pg_temp.replayed p
                where r.id = p.id and r.replay_by = \(attempt.task.load) and r.state = 'open'
                returning r.source)
            select source, count(*) as rows from fixed group by source order by source
            """
        )
        return
            try rows
            .map { row in
                let rejects = counted(try row.integer("rows"), "reject")
                return "\(rejects) of \(try row.text("source"))"
            }
            .joined(separator: "; ")
    }

    // MARK: Where they came from

    /// The task that refused them, and how it read them.
    private struct Origin {
        let task: LoadTaskID
        /// The columns of the first input, and of those that have others.
        let header: [String]
        let otherHeaders: [String: [String]]
        let types: [SourceType?]
        let format: Format
        /// The source's columns that were read.
        let known: Set<String>
    }

    /// Where the rejects came from; `nil` when none is left.
    private func origin() async throws -> Origin? {
        let row = attempt.row
        let rows = try await connection.query(
            """
            select r.load_id, r.ordinal, array_to_json(t.header)::text as header,
                array_to_json(t.header_types)::text as types, t.format::text as format, d.bundle
            from longshore.reject r
            join longshore.task t on t.load_id = r.load_id and t.ordinal = r.ordinal
            join longshore.load l on l.id = r.load_id
            join longshore.definition d on d.digest = l.definition
            where r.replay_by = \(attempt.task.load) and r.schema_name = \(row.schema)
                and r.table_name = \(row.table) and r.period = \(row.period)
                and r.state = 'open' and t.header is not null
            limit 1
            """
        )
        guard let found = rows.first else { return nil }
        let header = Data(try found.text("header").utf8)
        let types = Data(try (found.optionalText("types") ?? "[]").utf8)
        let task = try LoadTaskID(
            load: found.integer("load_id", as: Int64.self),
            ordinal: found.integer("ordinal")
        )
        // Rows are read as they were read, whatever the definition says now of their source.
        let bundle = try found.text("bundle")
        let pipeline = try UnreadableDefinition.telling(ofLoad: task.load) {
            try Pipeline.parse(bundle: DefinitionBundle(encoded: bundle))
        }
        return Origin(
            task: task,
            header: try JSONDecoder().decode([String].self, from: header),
            otherHeaders: try await otherHeaders(of: task),
            types: try JSONDecoder().decode([String?].self, from: types)
                .map { $0.flatMap(SourceType.init) },
            format: try StoredFormat.read(found.optionalText("format"))
                ?? pipeline.format(ofTable: row.name),
            known: pipeline.columnsRead(forTable: row.name)
        )
    }

    /// The columns of inputs that have others than the first one, by their names.
    private func otherHeaders(of task: LoadTaskID) async throws -> [String: [String]] {
        let rows = try await connection.query(
            """
            select source, array_to_json(header)::text as header from longshore.input_header
            where load_id = \(task.load) and ordinal = \(task.ordinal)
            """
        )
        var headers: [String: [String]] = [:]
        for row in rows {
            let names = Data(try row.text("header").utf8)
            headers[try row.text("source")] = try JSONDecoder().decode([String].self, from: names)
        }
        return headers
    }

    /// Rows that waited for members were refused after others that follow them; files are read in the
    /// order of their names' bytes.
    private func arrange(_ origin: Origin) async throws {
        try await connection.query(
            """
            insert into pg_temp.replayed
            select row_number() over (order by source collate "C", line, id), id
            from longshore.reject
            where replay_by = \(attempt.task.load) and load_id = \(origin.task.load)
                and ordinal = \(origin.task.ordinal) and state = 'open'
            """
        )
        try await connection.analyze("pg_temp.replayed")
    }

    /// Locked, so that nobody waives one while its row is being loaded.
    private func page(
        after last: Int64,
        of origin: Origin
    ) async throws -> (records: [RawRecord], last: Int64)? {
        let rows = try await connection.query(
            """
            select p.place, r.id, r.source, r.line, r.raw, r.reason,
                r.rule = 'encoding' and r.column_name is null as is_no_text
            from pg_temp.replayed p join longshore.reject r on r.id = p.id
            where p.place > \(last) and r.replay_by = \(attempt.task.load) and r.state = 'open' and p.place <= (
                select max(place) from (
                    select n.place, \(RejectPage.bytesBefore("o.raw", "n.place"))
                    from pg_temp.replayed n join longshore.reject o on o.id = n.id
                    where n.place > \(last) and o.replay_by = \(attempt.task.load)
                        and o.state = 'open'
                    order by n.place limit \(RejectPage.rows)) page
                where \(RejectPage.isNotFull))
            order by p.place for update of r
            """
        )
        let records = try rows.map { row in
            let source = try row.text("source")
            return RawRecord(
                number: try row.integer("id"),
                input: source,
                line: try row.integer("line"),
                header: origin.otherHeaders[source] ?? origin.header,
                bytes: try row.bytes("raw"),
                // What was no text in its file's encoding is right only when the file is read again.
                fault: try row.boolean("is_no_text")
                    ? RowFault(rule: "encoding", reason: row.text("reason")) : nil
            )
        }
        return try rows.map { try $0.integer("place", as: Int64.self) }.last.map { (records, $0) }
    }
}
