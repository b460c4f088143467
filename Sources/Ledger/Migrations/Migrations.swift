import Planning
public import Postgres

/// The numbered steps that bring the ledger's schema to what this program needs.
///
/// A step is never changed once released; a new one is appended.
enum Migrations {
    static let all: [(name: String, sql: SQL)] = [
        ("ledger, control table and rejects", ledger),
        ("who closed a period, and what it was before", closing),
        ("who waived a reject, and the columns of what a task has read", waiving),
        ("warnings of audits", warnings),
        ("plans", plans),
        ("when versions moved, and why a closed period was stale", movedVersions),
        ("replays of rejects", replays),
        ("which load marked a period stale", staleness),
        ("pauses and cancellations", interventions),
        ("readers see pauses", reasons),
        ("attempts before their time, and outages of servers", patience),
        ("loads that rest, and the places of coordinators", resting),
        ("the columns of each input that rejects are of", inputHeaders),
        ("a name of the warehouse, and the fleet of a load", fleets),
        ("what rows follow from, and which files were read", tableDefinitions),
        ("what a source knows of its columns", sourceTypes),
        ("loads that newer ones have left nothing to do", superseded),
        ("sources that are awaited", awaitedSources),
        ("members that were deleted by hand", deletions),
        ("attempts that have begun", begunAttempts),
        (ownedTablesName, ownedTables),
        ("what transactions take turns at", locks),
        ("what messages are signed with", messageKey),
        ("observations that were deleted by hand", observations),
        ("who may write of a task", tickets),
        ("how the records of a task are written", formats),
        ("schedules and their firings", schedules),
        ("what exports deliver", effects),
        ("alerts, and whom they were told", alerts),
        ("what was told of lineage", lineage),
        ("what people have done", actions),
        ("what pages are found by, and the effects of plans", pages),
        ("dimensions whose sources have not changed", unchanged),
        ("revisions that are not given out twice", revisionTokens),
        ("members that are gone in any way", members),
        ("attempts with their parts, and audits", attempts),
        ("which transactions marts have seen", horizons),
    ]

    /// The grants that follow each migration give readers what a comment cannot.
    private static let reasons: SQL = """
        comment on column longshore.intervention.reason is
            'Why, in the words of who ordered it; readers see it';
        """

    private static let interventions: SQL = """
        create table longshore.intervention (
            id          bigint generated always as identity primary key,
            kind        text not null check (kind in ('pause', 'cancel')),
            pipeline    text,
            load_id     bigint references longshore.load on delete cascade,
            ordinal     integer,
            interrupts  boolean not null,
            reason      text,
            ordered_by  text not null,
            ordered_at  timestamptz not null default clock_timestamp(),
            check (num_nonnulls(pipeline, load_id) = 1),
            check (ordinal is null or load_id is not null)
        );
        create unique index intervention_once on longshore.intervention
            (kind, coalesce(pipeline, ''), coalesce(load_id, 0), coalesce(ordinal, -1));
        comment on table longshore.intervention is
            'What people have ordered: pauses that hold, and cancellations';
        comment on column longshore.intervention.interrupts is
            'Whether attempts that run are cancelled, too';
        """

    private static let replays: SQL = """
        alter table longshore.load
            add column kind text not null default 'load' check (kind in ('load', 'replay'));
        alter table longshore.reject
            add column replay_by bigint,
            add column fixed_by_load bigint,
            add column fixed_by_ordinal integer,
            add column fixed_at timestamptz;
        create index reject_replay on longshore.reject (replay_by) where replay_by is not null;
        create index reject_settled on longshore.reject (created_at)
            where state in ('superseded', 'fixed');
        comment on column longshore.load.kind is
            'A load reads sources; a replay reads rejects again, and claims no period';
        comment on column longshore.reject.replay_by is
            'The replay that is to read the row again, or has fixed it';
        """

    private static let plans: SQL = """
        create table longshore.plan (
            digest    text primary key,
            pipeline  text not null,
            periods   text[] not null,
            parts     text not null,
            made_by   text not null,
            made_at   timestamptz not null default now()
        );
        create index plan_made on longshore.plan (made_at);
        comment on table longshore.plan is
            'What plans rested on, so that a load can say what has moved since; kept for 30 days';
        """

    private static let movedVersions: SQL = """
        alter table longshore.control
            add column versions_moved bigint not null default 0,
            add column reason_before text;
        comment on column longshore.control.versions_moved is
            'The revision of the last merge that changed which version an instant belongs to';
        comment on column longshore.control.reason_before is
            'Of a closed period: the reason that it has again when it is opened';
        """

    private static let staleness: SQL = """
        alter table longshore.control add column stale_by bigint;
        comment on column longshore.control.stale_by is
            'The load that marked it stale: only a newer one clears the mark';
        """

    private static let warnings: SQL = """
        alter table longshore.task add column warnings text[];
        comment on column longshore.task.warnings is
            'Expectations that did not hold and let the task commit all the same';
        """

    private static let waiving: SQL = """
        alter table longshore.reject
            add column waived_by text,
            add column waived_at timestamptz,
            add column waiver text;
        alter table longshore.task add column header text[];
        comment on column longshore.reject.waiver is 'Why the row may stay out';
        comment on column longshore.task.header is 'The columns of what was read, in their order';
        """

    private static let closing: SQL = """
        alter table longshore.control
            add column state_before text,
            add column closed_by text,
            add column closed_at timestamptz;
        comment on column longshore.control.state_before is
            'Of a closed period: the state that it has again when it is opened';
        """

    private static let ledger: SQL = """
        create table longshore.definition (
            digest      text primary key,
            pipeline    text not null,
            bundle      text not null,
            created_at  timestamptz not null default now()
        );
        comment on table longshore.definition is
            'Pipeline definitions as they were when loaded, by SHA-256 digest';

        create table longshore.load (
            id            bigint generated always as identity primary key,
            pipeline      text not null,
            definition    text not null references longshore.definition,
            folder        text not null,
            grain         text,
            periods       text[] not null,
            state         text not null default 'running'
                          check (state in ('running', 'loaded', 'failed', 'cancelled')),
            requested_by  text not null,
            created_at    timestamptz not null default now(),
            finished_at   timestamptz,
            epoch         bigint not null default 0,
            coordinator   text,
            lease_until   timestamptz
        );
        create index load_running on longshore.load (id) where state = 'running';
        comment on table longshore.load is 'One run of a pipeline over some periods';

        create table longshore.task (
            load_id            bigint not null references longshore.load on delete cascade,
            ordinal            integer not null,
            kind               text not null check (kind in ('dimension', 'fact', 'mart')),
            name               text not null,
            schema_name        text not null,
            table_name         text not null,
            period             text not null default '',
            pool               text not null,
            state              text not null default 'waiting' check (state in
                ('waiting', 'published', 'done', 'failed', 'blocked', 'superseded', 'cancelled')),
            published_at       timestamptz,
            retry_at           timestamptz,
            started_at         timestamptz,
            committed_at       timestamptz,
            worker             text,
            failures           integer not null default 0,
            crashes            integer not null default 0,
            rows_read          bigint,
            rows_loaded        bigint,
            rows_rejected      bigint,
            rows_deduplicated  bigint,
            rows_replaced      bigint,
            input              text,
            failure_code       text,
            failure_message    text,
            primary key (load_id, ordinal),
            check (rows_read = rows_loaded + rows_rejected + rows_deduplicated)
        );
        comment on table longshore.task is 'One unit of work in a load; period is empty for whole tables';
        comment on column longshore.task.rows_replaced is 'Rows of earlier loads that this task removed';

        create table longshore.attempt (
            load_id      bigint not null,
            ordinal      integer not null,
            number       integer not null,
            kind         text not null check (kind in ('error', 'crash')),
            code         text not null,
            message      text not null,
            worker       text not null,
            happened_at  timestamptz not null default now(),
            primary key (load_id, ordinal, number),
            foreign key (load_id, ordinal) references longshore.task on delete cascade
        );
        comment on table longshore.attempt is 'Attempts that failed, and deaths of workers';

        create table longshore.control (
            schema_name    text not null,
            table_name     text not null,
            period         text not null default '',
            pipeline       text not null,
            kind           text not null check (kind in ('dimension', 'fact', 'mart')),
            name           text not null,
            period_start   date,
            period_end     date,
            state          text not null default 'pending'
                           check (state in ('pending', 'loaded', 'stale', 'closed')),
            reason         text,
            claimed_by     bigint,
            loaded_by      bigint,
            loaded_at      timestamptz,
            rows_loaded    bigint,
            rows_rejected  bigint,
            revision       bigint not null default 0,
            primary key (schema_name, table_name, period)
        );
        comment on table longshore.control is
            'One row per table and period: is it pending, loaded, stale, closed; by which load';
        comment on column longshore.control.revision is
            'Counts the commits that changed a dimension: workers'' cached key maps go by it';

        create table longshore.reject (
            id           bigint generated always as identity primary key,
            load_id      bigint not null,
            ordinal      integer not null,
            schema_name  text not null,
            table_name   text not null,
            period       text not null,
            source       text not null,
            line         bigint not null,
            byte_offset  bigint not null,
            column_name  text,
            rule         text not null,
            reason       text not null,
            raw          bytea not null,
            state        text not null default 'open'
                         check (state in ('open', 'fixed', 'waived', 'superseded')),
            created_at   timestamptz not null default now()
        );
        create index reject_of_task on longshore.reject (load_id, ordinal);
        create index reject_open on longshore.reject (schema_name, table_name, period)
            where state = 'open';
        comment on table longshore.reject is 'Source rows refused by a rule, whole, with the reason';
        """
}

/// Brings the ledger up to date, once, whoever asks first.
public enum LedgerSchema {
    /// How long a migration waits for others that use the ledger.
    private static let patience = Duration.seconds(60)

    /// How long it waits for one lock before it lets all go that queued behind it, and tries again.
    ///
    /// What waits for a strong lock holds up everybody who comes after it, also readers.
    static let lockTimeout = Duration.seconds(1)

    /// The newest version of the schema that this program knows.
    static var known: Int { Migrations.all.count }

    /// The version of a ledger that is there, for the list of a `select`.
    package static let versionSQL: SQL = "(select max(version) from longshore.migration)"

    /// Refuses a ledger that a newer program has migrated meanwhile.
    ///
    /// - Throws: ``NewerLedger``.
    package static func refuseNewer(_ version: Int) throws {
        guard version <= known else { throw NewerLedger(version: version, known: known) }
    }

    /// Creates the schema `longshore` and applies the migrations that it lacks, in one transaction; where
    /// none is lacking, nobody waits for anybody.
    ///
    /// - Parameters:
    ///   - connection: To the warehouse.
    ///   - upgrades: Whether a ledger that is there, and older, is migrated, too; else it is refused.
    /// - Throws: ``LedgerError`` when the server cannot be written to or others keep the ledger to
    ///   themselves, ``NewerLedger`` when the ledger is of a newer program than this one; `PostgresError`
    ///   for everything else.
    public static func migrate(
        _ connection: PostgresConnection,
        upgrades: Bool = true
    ) async throws {
        try await refuseReadOnly(connection)
        let version = try await installedVersion(connection)
        try version.map(refuseNewer)
        guard version != known else { return }
        if let version, !upgrades { throw LedgerError.isOlder(version, known: known) }
        do {
            try await applyInTurn(on: connection)
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            throw LedgerError.isHeld(
                "the ledger, which is to be migrated",
                by: try await LockHolders.ofLedger(on: connection),
                after: patience
            )
        }
    }

    /// Makes sure that the ledger is there and as this program makes it, and changes nothing.
    ///
    /// - Throws: ``LedgerError`` where there is none or an older one, ``NewerLedger`` for a newer one; `PostgresError`.
    static func requireKnown(_ connection: PostgresConnection) async throws {
        guard let version = try await installedVersion(connection) else {
            throw LedgerError.noLedgerYet()
        }
        try refuseNewer(version)
        if version < known { throw LedgerError.isOlder(version, known: known) }
    }

    private static func applyInTurn(on connection: PostgresConnection) async throws {
        do {
            try await applyPatiently(on: connection)
        } catch let error as PostgresError where error.saysOthersWereFaster {
            try await applyPatiently(on: connection)
        }
    }

    /// Tries for as long as there is patience; between tries nothing is locked.
    private static func applyPatiently(on connection: PostgresConnection) async throws {
        let end = ContinuousClock.now + patience
        while true {
            do {
                return try await apply(on: connection)
            } catch let error as PostgresError
                where error.sqlState == .lockNotAvailable && ContinuousClock.now < end
            {
                try await Task.sleep(for: .milliseconds(Int.random(in: 100...500)))
            }
        }
    }

    private static func apply(on connection: PostgresConnection) async throws {
        try await connection.transaction {
            try await connection.waitingForLocks(atMost: lockTimeout) {
                let version = try await lockedVersion(connection)
                try refuseNewer(version)
                for (index, migration) in Migrations.all.enumerated() where index >= version {
                    try await connection.script(migration.sql)
                    try await connection.query(
                        "insert into longshore.migration (version, name) values (\(index + 1), \(migration.name))"
                    )
                }
                if version < known { try await connection.script(LedgerGrants.sql) }
            }
        }
    }

    /// The version, which nobody else changes until the transaction ends.
    ///
    /// Who only reads the table cannot take that lock. Where there is no table yet, only one of
    /// several transactions can make it; the others wait for its end, and fail.
    private static func lockedVersion(_ connection: PostgresConnection) async throws -> Int {
        if try await installedVersion(connection) != nil {
            try await connection.query(
                "lock table longshore.migration in share update exclusive mode"
            )
            return try await installedVersion(connection) ?? 0
        }
        try await OwnedSchema(name: "longshore", connection: connection).ensure()
        try await connection.script(
            """
            create table longshore.migration (
                version     integer primary key,
                name        text not null,
                applied_at  timestamptz not null default now()
            );
            """
        )
        return 0
    }

    /// `nil` where there is no ledger.
    static func installedVersion(_ connection: PostgresConnection) async throws -> Int? {
        let exists = try await connection.query(
            "select to_regclass('longshore.migration') is not null as found"
        )
        guard try exists.first?.boolean("found") == true else { return nil }
        let rows = try await connection.query("select \(versionSQL) as version")
        return try rows.first?.optionalInteger("version") ?? 0
    }

    private static func refuseReadOnly(_ connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            "select pg_is_in_recovery() as standby, "
                + "current_setting('default_transaction_read_only') = 'on' as readonly"
        )
        guard let row = rows.first else { return }
        if try row.boolean("standby") { throw LedgerError.targetIsStandby() }
        if try row.boolean("readonly") { throw LedgerError.targetIsReadOnly() }
    }
}

extension PostgresError {
    /// Whether another session has made what this one was about to make.
    fileprivate var saysOthersWereFaster: Bool {
        [.uniqueViolation, .duplicateSchema, .duplicateTable].contains(sqlState)
    }
}
