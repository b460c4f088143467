package import Planning
package import Postgres
import Words

/// The effects of all exports, and where each of them stands.
///
/// Nothing else writes `longshore.effect`. A row is the newest state of a key: a state that was overtaken before
/// it was delivered is forgotten.
package struct EffectTable {
    private let connection: PostgresConnection
    private let ticket: Ticket

    /// The table; what is written shows `ticket`.
    package init(_ connection: PostgresConnection, showing ticket: Ticket = Ticket(nil)) {
        self.connection = connection
        self.ticket = ticket
    }

    /// Whether its connection is open, as far as is known.
    package var isUsable: Bool { connection.isUsable }

    /// Later than every revision there was, also in a ledger that was made anew: microseconds since 1970.
    private static let newRevision: SQL =
        "(extract(epoch from clock_timestamp()) * 1000000)::bigint"

    /// What makes an effect newer than whatever was sent of it.
    private static let isNewer: SQL = "revision = greatest(e.revision + 1, \(newRevision))"

    /// What makes an effect one that nobody has tried to deliver.
    private static let isToBeDelivered: SQL = """
        \(isNewer), state = \(EffectState.open), attempts = 0,
        retry_at = null, failure_code = null, failure_message = null, dropped_by = null
        """

    // MARK: Computing

    /// What an export has to deliver, as compared with what is known.
    package struct Comparison: Sendable, Hashable {
        /// The rows of the query.
        package var rows = 0
        /// How many of them are new or changed.
        package var changed = 0
        /// What was there and is no row any more.
        package var gone = 0

        package init(rows: Int = 0, changed: Int = 0, gone: Int = 0) {
            (self.rows, self.changed, self.gone) = (rows, changed, gone)
        }
    }

    /// Writes what of an export's rows is new, changed or gone, in the transaction of its task.
    ///
    /// - Parameters:
    ///   - rows: A table with `key_values`, an array of text, and `body`; no two rows have the same key.
    ///   - export: Whose rows.
    ///   - key: The columns of its key. What was delivered by a key of other columns, or by another pipeline that has
    ///     given the export up, is forgotten: it stays at its target.
    ///   - place: Where they go: when that changes, every row is to be delivered there.
    ///   - deletesMissing: Whether what is no row any more is to go.
    ///   - task: The task that computes them.
    /// - Returns: What is to be delivered.
    /// - Throws: `PostgresError`.
    package func compare(
        _ rows: SQL,
        of export: ExportKey,
        by key: [String],
        at place: String,
        deletesMissing: Bool,
        in task: LoadTaskID
    ) async throws -> Comparison {
        let isOthers: SQL = """
            e.load_id in (select l.id \(export.ofLoads)
                and l.pipeline <> (select pipeline from longshore.load where id = \(task.load)))
            """
        let isKnown: SQL = "e.key_columns = \(key)::text[] and not \(isOthers)"
        let result = try await connection.query(
            """
            with rows as materialized (
                select \(Self.key) as key, key_values, body,
                    encode(sha256(convert_to(\(place)::text || chr(10) || body, 'UTF8')), 'hex') as digest
                from \(rows)
            ), changed as (
                insert into longshore.effect as e (schema_name, export, key, key_columns, key_values, kind,
                    body, digest, revision, load_id, ordinal)
                select \(export.schema), \(export.name), key, \(key)::text[], key_values, \(EffectKind.put),
                    body, digest, \(Self.newRevision), \(task.load), \(task.ordinal)
                from rows order by key
                on conflict (schema_name, export, key) do update set key_columns = excluded.key_columns,
                    key_values = excluded.key_values, kind = excluded.kind, body = excluded.body,
                    digest = excluded.digest, \(Self.isOf(task)), \(Self.isToBeDelivered)
                where (e.kind, e.digest, e.key_columns)
                    is distinct from (excluded.kind, excluded.digest, excluded.key_columns) or \(isOthers)
                returning e.key
            ), gone as (
                update longshore.effect e set kind = \(EffectKind.delete), body = \(Self.keyAsJSON),
                    \(Self.isOf(task)), \(Self.isToBeDelivered)
                where \(export.isRow) and kind = \(EffectKind.put) and \(deletesMissing) and \(isKnown)
                    and not exists (select from rows r where r.key = e.key)
                returning e.key
            ), forgotten as (
                delete from longshore.effect e where \(export.isRow) and not (\(isKnown))
                    and not exists (select from rows r where r.key = e.key)
            )
            select (select count(*) from rows) as rows, (select count(*) from changed) as changed,
                (select count(*) from gone) as gone
            """
        )
        guard let row = result.first else { return Comparison() }
        return Comparison(
            rows: try row.integer("rows"),
            changed: try row.integer("changed"),
            gone: try row.integer("gone")
        )
    }

    /// The only value, or all of them as JSON: other values make another text.
    private static let key: SQL = """
        case cardinality(key_values) when 0 then '' when 1 then key_values[1]
            else array_to_json(key_values)::text end
        """

    /// What is kept of a row that is gone: its key, by which it is deleted, and nothing else that was in it.
    private static let keyAsJSON: SQL = """
        (select json_object_agg(c, \(readable("e.body"))::json -> c order by c)::text
            from unnest(e.key_columns) c)
        """

    /// A row's JSON without escapes that stand for no character, such as half a pair of surrogates.
    ///
    /// The type `json` keeps them, and fails when a member is taken out of what has them. A backslash more makes them text.
    private static func readable(_ body: SQL) -> SQL {
        #"""
        regexp_replace(\#(body), '(?<!\\)((?:\\\\)*)(\\u(?:0000|[dD][89abAB]..(?!\\u[dD][c-fC-F]))'
            '|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F])', '\1\\\2', 'g')
        """#
    }

    private static func isOf(_ task: LoadTaskID) -> SQL {
        "load_id = \(task.load), ordinal = \(task.ordinal), changed_at = clock_timestamp()"
    }

    /// Refuses an export that another pipeline than the load's has taken over since.
    ///
    /// - Throws: ``LedgerError``, `PostgresError`.
    package func refuseTaken(_ export: ExportKey, in task: LoadTaskID) async throws {
        let rows = try await connection.query(
            """
            select o.pipeline from (\(export.owner)) o
            where o.pipeline <> (select pipeline from longshore.load where id = \(task.load))
            """
        )
        guard let owner = try rows.first?.text("pipeline") else { return }
        throw LedgerError.exportWasTaken(export, by: owner)
    }

    // MARK: Delivering

    /// Takes effects that are due, deletes before puts, the oldest of each first: whoever had them before has lost them.
    ///
    /// Two keys of different texts may be one to a target, such as `1` and `1.00`: where one takes the other's place, the row
    /// is to be there at the end.
    ///
    /// Those of a key of other columns are left to who delivers by it: the definition of another load has it.
    ///
    /// - Returns: As many as have 4 MiB together, at least one where one is due, and 100 at most.
    package func claim(_ export: ExportKey, by key: [String]) async throws -> [Effect] {
        let rows = try await connection.query(
            """
            with shown as materialized (select \(ticket.shown) as ticket), due as materialized (
                select key, kind, changed_at, octet_length(body) as size from longshore.effect
                where \(export.isRow) and state = \(EffectState.open) and key_columns = \(key)::text[]
                    and (retry_at is null or retry_at <= clock_timestamp())
                order by kind, changed_at, key limit 100 for update skip locked
            ), page as (
                select key, sum(size) over (order by kind, changed_at, key) - size as bytes_before from due
            )
            update longshore.effect e set fence = e.fence + 1
            from page, shown
            where \(export.isRow) and e.key = page.key and page.bytes_before < \(4 << 20)
                and shown.ticket is not null
            returning e.key, array_to_json(e.key_values)::text as key_values, e.kind, e.body, e.revision,
                e.fence, e.attempts + 1 as attempts
            """
        )
        let effects = try rows.map { row in
            let values = StoredHeader.names(try row.text("key_values"))?.texts ?? []
            return Effect(
                export: export,
                key: try row.text("key"),
                keyValues: Dictionary(uniqueKeysWithValues: zip(key, values)),
                kind: try row.word("kind"),
                body: try row.text("body"),
                revision: try row.integer("revision", as: Int64.self),
                fence: try row.integer("fence", as: Int64.self),
                attempts: try row.integer("attempts")
            )
        }
        // What is updated comes in any order.
        return effects.filter { $0.kind == .delete } + effects.filter { $0.kind == .put }
    }

    /// Writes what became of an effect.
    ///
    /// A newer revision that has come meanwhile is still to be delivered.
    ///
    /// - Returns: `false` when somebody else has claimed it since, or what was said of it: what was sent late may have taken
    ///   the place of something newer, so it is to be delivered again. That it was not taken is no proof: a target whose
    ///   answer is lost may have it.
    package func mark(
        _ effect: Effect,
        _ result: EffectResult,
        by load: Int64
    ) async throws -> Bool {
        let isSame: SQL = "e.revision = \(effect.revision) and e.state = \(EffectState.open)"
        let assignments: SQL
        switch result {
        case .delivered:
            assignments = """
                delivered_at = clock_timestamp(), delivered_revision = \(effect.revision),
                state = case when \(isSame) then \(EffectState.delivered) else e.state end,
                failure_code = null, failure_message = null, retry_at = null
                """
        case .refused(let reason):
            assignments = """
                state = case when \(isSame) then \(EffectState.dead) else e.state end,
                \(Self.failure(reason, where: isSame))
                """
        case .postponed(let reason, let pause):
            assignments = """
                retry_at = case when \(isSame)
                    then clock_timestamp() + \((pause ?? .zero) / .seconds(1)) * interval '1 second' end,
                \(Self.failure(reason, where: isSame))
                """
        }
        let isMine = try await update(
            """
            \(assignments), sent_at = clock_timestamp(), handled_by = \(load),
            attempts = case when e.revision = \(effect.revision) then \(effect.attempts) else e.attempts end
            """,
            where: "\(effect.isRow) and e.fence = \(effect.fence)"
        )
        guard !isMine else { return true }
        switch result {
        case .delivered, .postponed: try await deliverAgain(effect)
        case .refused: break
        }
        return false
    }

    /// What was delivered by another, or is on its way, is delivered once more, as the newest revision there is.
    ///
    /// What is open comes first: another that marks it between the two leaves it open, for its revision is newer.
    private func deliverAgain(_ effect: Effect) async throws {
        for (state, change) in [
            (EffectState.open, Self.isNewer), (.delivered, Self.isToBeDelivered),
        ] {
            _ = try await update(change, where: "\(effect.isRow) and e.state = \(state)")
        }
    }

    /// Why it was not taken, where that is said of the revision that is to be there.
    private static func failure(_ reason: EffectFailure, where isSame: SQL) -> SQL {
        """
        failure_code = case when \(isSame) then \(reason.code) else e.failure_code end,
        failure_message = case when \(isSame) then \(reason.message) else e.failure_message end
        """
    }

    /// A mark that is lost is made again, since what it is of is delivered again: nobody waits for the disk.
    private func update(_ assignments: SQL, where rows: SQL) async throws -> Bool {
        try await connection
            .query(
                """
                with shown as materialized (select \(ticket.shown) as ticket,
                    set_config('synchronous_commit', 'off', true) as commits)
                update longshore.effect e set \(assignments) from shown
                where shown.ticket is not null and shown.commits is not null and \(rows)
                """
            )
            .affectedRows > 0
    }

    /// How the effects of an export stand.
    package func standing(of export: ExportKey, load: Int64) async throws -> EffectStanding {
        let isMine: SQL = "handled_by = \(load)"
        let rows = try await connection.query(
            """
            select count(*) filter (where state = \(EffectState.delivered) and \(isMine)) as delivered,
                count(*) filter (where state = \(EffectState.dead) and \(isMine)) as refused,
                count(*) filter (where state = \(EffectState.dead)) as dead,
                count(*) filter (where state = \(EffectState.open)) as open,
                (array_agg(failure_message || ' [' || failure_code || ']' order by sent_at desc)
                    filter (where state = \(EffectState.open) and failure_code is not null))[1] as reason
            from longshore.effect where \(export.isRow)
            """
        )
        guard let row = rows.first else { return EffectStanding() }
        return EffectStanding(
            delivered: try row.integer("delivered"),
            refused: try row.integer("refused"),
            dead: try row.integer("dead"),
            open: try row.integer("open"),
            reason: try row.optionalText("reason")
        )
    }

    /// How long after the task's target was first not there it has last taken something; nothing when it has not.
    package func progress(of export: ExportKey, by task: LoadTaskID) async throws -> Duration {
        let rows = try await connection.query(
            """
            select extract(epoch from
                (select max(delivered_at) from longshore.effect
                    where \(export.isRow) and handled_by = \(task.load))
                - (select absent_since from longshore.task where \(task.isRow)))::float8 as moved
            """
        )
        return .seconds(max(0, try rows.first?.optionalDouble("moved") ?? 0))
    }

    // MARK: People

    /// Lets effects be delivered, whatever has become of them.
    ///
    /// - Returns: How many of each export.
    func retry(_ rows: SQL) async throws -> [(export: ExportKey, count: Int)] {
        try await connection.query(
            """
            with opened as (
                update longshore.effect e set \(Self.isToBeDelivered) where \(rows)
                returning e.schema_name, e.export
            )
            select schema_name, export, count(*) as count from opened
            group by schema_name, export order by schema_name, export
            """
        )
        .map { row in
            (
                ExportKey(schema: try row.text("schema_name"), name: try row.text("export")),
                try row.integer("count")
            )
        }
    }

    /// Says of effects that are not delivered that they shall not be, until their rows change.
    ///
    /// - Returns: How many.
    func drop(_ rows: SQL, by person: String) async throws -> Int {
        try await connection.query(
            """
            update longshore.effect e set state = \(EffectState.dropped), dropped_by = \(person),
                fence = e.fence + 1, retry_at = null
            where \(rows) and state in (\([EffectState.open, .dead]))
            """
        )
        .affectedRows
    }
}

/// How the effects of an export stand.
package struct EffectStanding: Sendable, Hashable {
    /// Those that a load has delivered.
    package var delivered = 0
    /// Those that the target has refused while that load delivered them.
    package var refused = 0
    /// All that the target refuses.
    package var dead = 0
    /// Those that are still to be delivered.
    package var open = 0
    /// Why the last of these was not taken; `nil` when none was tried.
    package var reason: String?
}

extension ExportKey {
    /// The condition that a row is of it.
    package var isRow: SQL { "schema_name = \(schema) and export = \(name)" }
}

extension Effect {
    /// The condition that `e` is its row.
    fileprivate var isRow: SQL { "\(export.isRow) and e.key = \(key)" }
}
