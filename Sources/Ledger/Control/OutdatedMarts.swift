package import Pipelines
import Planning
import Postgres

/// The marts that a load has left behind: it has loaded what they read, and not computed them.
struct OutdatedMarts {
    let load: Int64
    let connection: PostgresConnection

    /// Marks them stale, so that people see it and the next load computes them; one that has no rows yet
    /// stays pending.
    ///
    /// A mart that is computed after all, as by `longshore retry`, clears the mark. A definition that this
    /// program cannot read any more marks nothing: its load can be ended all the same.
    func mark() async throws {
        guard
            let pipeline = try await StoredDefinition.ofLoad(load, on: connection)?
                .pipelineIfReadable
        else { return }
        let reads = pipeline.marts.flatMap { mart in
            pipeline.tables(behind: mart).map { (mart: mart.table, source: $0) }
        }
        guard !reads.isEmpty else { return }
        let merged = Set(pipeline.facts.filter(\.reachesBack).map(\.table))
        let everywhere = Set(pipeline.facts.filter(\.reachesAhead).map(\.table))
        let outdated = marts(
            reading: """
                unnest(\(reads.map(\.mart)), \(reads.map(\.source)),
                    \(reads.map { String(merged.contains($0.source)) })::boolean[],
                    \(reads.map { String(everywhere.contains($0.source)) })::boolean[])
                """
        )
        try await ControlTable(connection)
            .markOutdated(
                ControlTable.isOf("o"),
                from: "(\(outdated)) o",
                because: """
                    'load ' || \(load)::bigint || ' has loaded ' || o.sources || ', and has not computed it'
                    """
            )
    }

    /// A query of the marts that are left behind and what they read, which locks their rows of the control
    /// table.
    ///
    /// A newer load may have computed them before this one's rows were committed: unless the transactions that
    /// wrote these had all ended when it began. Their times say so too, in case a restored server counts transactions
    /// anew; by themselves they do not, since a commit can take its time.
    ///
    /// Rows that others hold are skipped: who holds a mart's row computes it, or marks it.
    ///
    /// A cancellation must not wait for an attempt that does not know of it yet. Where rows are merged,
    /// tasks of later periods may have changed a mart's period, or those of any. What is loaded is gathered once, and
    /// joined: a load may have a hundred thousand tasks.
    private func marts(reading reads: SQL) -> SQL {
        """
        with loaded as materialized (
            select table_name, period, committed_at, transaction_number from longshore.task
            where load_id = \(load) and state = \(TaskState.done)
        ), behind as materialized (
            select r.mart, r.source, bool_or(l.period = '' or r.reaches_ahead) as is_whole,
                max(l.period) filter (where r.reaches_back) as latest, max(l.committed_at) as written_at,
                max(l.transaction_number) as last_transaction
            from \(reads)
                r(mart, source, reaches_back, reaches_ahead)
            join loaded l on l.table_name = r.source
            group by r.mart, r.source
        ), marts as (
            select t.schema_name, t.table_name, t.period,
                string_agg(distinct b.source, ', ') as sources,
                max(b.written_at) as written_at, max(b.last_transaction) as last_transaction
            from longshore.task t
            join behind b on b.mart = t.table_name
            left join loaded l on l.table_name = b.source and l.period = t.period
            where t.load_id = \(load) and t.kind = \(LoadTaskKind.mart)
                and t.state <> \(TaskState.done)
                and (t.period = '' or b.is_whole or b.latest > t.period or l.period is not null)
            group by t.schema_name, t.table_name, t.period
        ), outdated as (
            select c.schema_name, c.table_name, c.period, m.sources
            from marts m join longshore.control c using (schema_name, table_name, period)
            where c.state <> \(PeriodState.closed) and (coalesce(c.loaded_by, 0) < \(load)
                or not coalesce((select t.horizon > m.last_transaction and t.started_at > m.written_at
                    from longshore.task t where t.load_id = c.loaded_by and \(ControlTable.isOf("t"))), false))
            for no key update of c skip locked)
        select * from outdated
        """
    }
}

extension Pipeline {
    /// The tables whose rows a mart shows: facts, also those behind other marts; where there is none,
    /// dimensions.
    package func tables(behind mart: Mart) -> [String] {
        var names: Set<String> = []
        var pending = [mart]
        while let next = pending.popLast() {
            for name in next.reads where names.insert(name).inserted {
                pending += self.mart(name).map { [$0] } ?? []
            }
        }
        let facts = facts.filter { names.contains($0.name) }.map(\.table)
        return facts.isEmpty
            ? dimensions.filter { names.contains($0.name) }.map(\.table) : facts
    }
}
