import Extraction
import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import WarehouseTestSupport

/// A shop whose customers' spending is exported into a table of the same database.
struct Quay {
    let dock: Dock
    let loader: WarehouseLoader
    var definition: Definition
    private let environment: SourceEnvironment

    static let sql = """
        select customer_id, sum(amount) as spend from fact_sale join dim_customer using (customer_key)
        group by customer_id
        """
    static let table = "{ source: app, table: app.spend }"

    init(
        _ options: String = "missing: delete",
        to target: String = Quay.table,
        sql: String = Quay.sql,
        variables: [String: String] = [:]
    ) async throws {
        dock = try await Dock(Shop.files)
        let known = variables.merging(["APP_URL": dock.url]) { given, _ in given }
        environment = SourceEnvironment { known[$0] }
        loader = WarehouseLoader(dock.configuration, environment: environment)
        definition = try Self.definition(options, to: target, sql: sql)
        try await dock.connection.script(
            """
            create schema app;
            create table app.spend (customer_id text primary key, spend numeric check (spend < 1000));
            create table app.longshore_delivered (export text, key text, revision bigint not null, row_key text,
                primary key (export, key), unique (export, row_key));
            """
        )
    }

    static func definition(
        _ options: String,
        by key: String = "customer_id",
        to target: String,
        sql: String
    ) throws -> Definition {
        try Shop.definition(
            others: """
                exports:
                  spend: { sql: spend.sql, key: \(key), to: \(target), \(options) }
                """,
            sources: "app: { postgres: \"${APP_URL}\" }",
            marts: ["spend.sql": sql]
        )
    }

    /// Creates a load and performs its tasks in the plan's order.
    func load(
        by other: WarehouseLoader? = nil,
        observer: any StepObserver = NoObserver()
    ) async throws -> DockedLoad {
        var load = try await dock.create(definition)
        for (ordinal, task) in load.tasks.enumerated() {
            load.outcomes[task.title] = await dock.perform(
                LoadTaskID(load: load.id, ordinal: ordinal),
                by: other ?? loader,
                observer: task.kind == .delivery ? observer : NoObserver()
            )
        }
        return load
    }

    /// Creates a load and performs all of it but the delivery.
    func compute() async throws -> DockedLoad {
        var load = try await dock.create(definition)
        for (ordinal, task) in load.tasks.enumerated() where task.kind != .delivery {
            load.outcomes[task.title] = await dock.perform(
                LoadTaskID(load: load.id, ordinal: ordinal),
                by: loader
            )
        }
        return load
    }

    /// Performs the delivery of a load once more.
    func deliverAgain(_ load: DockedLoad) async -> TaskOutcome {
        await dock.perform(load.task(Self.delivery), by: loader)
    }

    static let delivery = "delivery of spend"

    func rows() async throws -> [String] {
        try await dock.rows("select customer_id, spend from app.spend order by 1")
    }

    func effects() async throws -> [String] {
        try await dock.rows("select key, kind, state from longshore.effect order by key")
    }

    /// Another slot, as of another process.
    func other() -> WarehouseLoader {
        WarehouseLoader(dock.configuration, environment: environment)
    }

    /// Ends sessions of the database, as when their process dies or the server has given it up.
    func endSessions(_ condition: SQL = "true") async throws {
        try await dock.connection.query(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and (\(condition))
            """
        )
    }
}
