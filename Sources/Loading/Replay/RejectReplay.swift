import Extraction
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
    /// By what they are read.
    let layout: RowLayout

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
                layout: layout,
                known: origin.known,
                expanded: origin.expanded,
                isNarrow: origin.isNarrow,
                modified: origin.modified,
                period: origin.period,
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
        let fixed = try await RejectTable(connection).fix("pg_temp.replayed", by: attempt.task)
        return fixed.map { "\(counted($0.rejects, "reject")) of \($0.source)" }
            .joined(separator: "; ")
    }

    // MARK: Where they came from

    /// The task that refused them, and how it read them.
    private struct Origin {
        let task: LoadTaskID
        /// The columns of the first input, and of those that have others.
        let header: [ExactText]
        let otherHeaders: [ExactText: [ExactText]]
        let types: [SourceType?]
        let format: Format
        /// The source's columns that were read.
        let known: Set<ExactText>
        /// Where of an object the element lies that it is the row of.
        let expanded: JSONPath?
        /// Whether it was asked for nothing but their outermost members.
        let isNarrow: Bool
        /// When the files were modified that were read, by their names.
        let modified: [ExactText: Int64]
        /// The period that a file was of, by its name.
        let period: (String) -> Period?
    }

    /// Where the rejects came from; `nil` when none is left.
    private func origin() async throws -> Origin? {
        let row = attempt.row
        let rows = try await connection.query(
            """
            select r.load_id, r.ordinal, array_to_json(t.header)::text as header,
                array_to_json(t.header_types)::text as types, t.format::text as format,
                t.inputs::text as inputs
            from longshore.reject r
            join longshore.task t on t.load_id = r.load_id and t.ordinal = r.ordinal
            where r.replay_by = \(attempt.task.load) and r.schema_name = \(row.schema)
                and r.table_name = \(row.table) and r.period = \(row.period)
                and r.state = \(RejectState.open) and t.header is not null
            limit 1
            """
        )
        guard let found = rows.first else { return nil }
        let task = try LoadTaskID(
            load: found.integer("load_id", as: Int64.self),
            ordinal: found.integer("ordinal")
        )
        // Rows are read as they were read, whatever the definition says now of their source.
        guard
            let pipeline = try await StoredDefinition.ofLoad(task.load, on: connection)?.pipeline()
        else { return nil }
        let format =
            try StoredFormat.read(found.optionalText("format"))
            ?? pipeline.format(ofTable: row.name)
        let header = try Self.columns(
            StoredHeader.names(found.text("header")),
            "longshore.task",
            of: task
        )
        return Origin(
            task: task,
            // What has no header may be asked for other columns than then.
            header: format.hasHeader ? header : layout.sourceColumns,
            otherHeaders: try await otherHeaders(of: task),
            types:
                try Self.columns(
                    StoredHeader.types(found.optionalText("types") ?? "[]"),
                    "longshore.task",
                    of: task
                )
                .map { $0.flatMap(SourceType.init) },
            format: format,
            known: format.hasHeader
                ? pipeline.columnsRead(forTable: row.name) : Set(header),
            expanded: pipeline.extract(ofTable: row.name)?.shape.expand,
            isNarrow: pipeline.extract(ofTable: row.name)?.selection.isNarrow ?? false,
            modified: try Self.modified(found.optionalText("inputs")),
            period: { name in
                pipeline.extract(ofTable: row.name)?
                    .period(
                        of: name,
                        reading: pipeline.periods.flatMap { Period(row.period, grain: $0.grain) }
                    )
            }
        )
    }

    private static func modified(_ inputs: String?) -> [ExactText: Int64] {
        let known = (inputs.flatMap(InputRecord.read) ?? [])
            .compactMap { input in input.modified.map { (ExactText(input.name), $0) } }
        return Dictionary(known) { first, _ in first }
    }

    /// The columns of inputs that have others than the first one, by their names.
    private func otherHeaders(of task: LoadTaskID) async throws -> [ExactText: [ExactText]] {
        let rows = try await connection.query(
            """
            select source, array_to_json(header)::text as header from longshore.input_header
            where \(task.isRow)
            """
        )
        var headers: [ExactText: [ExactText]] = [:]
        for row in rows {
            headers[ExactText(try row.text("source"))] = try Self.columns(
                StoredHeader.names(row.text("header")),
                "longshore.input_header",
                of: task
            )
        }
        return headers
    }

    /// - Throws: `LedgerError` when the ledger's columns of a task's rows are none: by others the rows would be
    ///   read wrongly.
    private static func columns<Column>(
        _ read: [Column]?,
        _ table: String,
        of task: LoadTaskID
    ) throws -> [Column] {
        guard let read else { throw LedgerError.unreadableColumns(table, of: task) }
        return read
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
                and ordinal = \(origin.task.ordinal) and state = \(RejectState.open)
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
            select p.place, r.id, r.source, r.line, r.raw, r.rule, r.reason,
                r.rule = any(\(RowFault.ofTheSource)::text[]) and r.column_name is null as is_of_source
            from pg_temp.replayed p join longshore.reject r on r.id = p.id
            where p.place > \(last) and r.replay_by = \(attempt.task.load)
                and r.state = \(RejectState.open) and p.place <= (
                select max(place) from (
                    select n.place, \(RejectPage.bytesBefore("o.raw", "n.place"))
                    from pg_temp.replayed n join longshore.reject o on o.id = n.id
                    where n.place > \(last) and o.replay_by = \(attempt.task.load)
                        and o.state = \(RejectState.open)
                    order by n.place limit \(RejectPage.rows)) page
                where \(RejectPage.isNotFull))
            order by p.place for update of r
            """
        )
        let records = try rows.map { row in
            let source = ExactText(try row.text("source"))
            return RawRecord(
                number: try row.integer("id"),
                input: source,
                line: try row.integer("line"),
                header: origin.otherHeaders[source] ?? origin.header,
                bytes: try row.bytes("raw"),
                fault: try row.boolean("is_of_source")
                    ? RowFault(rule: row.text("rule"), reason: row.text("reason")) : nil
            )
        }
        return try rows.map { try $0.integer("place", as: Int64.self) }.last.map { (records, $0) }
    }
}
