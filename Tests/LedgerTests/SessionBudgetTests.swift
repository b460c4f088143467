import Extraction
import Ledger
import Loading
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Sessions at the warehouse", .serialized)
struct SessionBudgetTests {
    @Test("more slots than sessions are said at the start, in numbers")
    func warning() async throws {
        let dock = try await Dock()
        let few = try await SessionBudget.read(slots: 1, from: dock.configuration)
        #expect(few.available > 3)
        #expect(few.warning == nil)
        #expect(SessionBudget(slots: 48, available: 97).warning == nil)
        #expect(
            SessionBudget(slots: 250, available: 97).warning
                == "250 slots may open 501 sessions (two for each slot, one for orders), and the "
                + "warehouse has 97 for everybody (`max_connections`): slots without a session wait; "
                + "raise `max_connections`, or use fewer slots"
        )
    }

    @Test(
        "a server without a session to spare is waited for: for the task, beside it, and as a source"
    )
    func full() async throws {
        let dock = try await Dock(Shop.files)
        let login = try await Login(dock)
        let crowded = WarehouseLoader(
            login.configuration,
            environment: SourceEnvironment { $0 == "CRM_URL" ? login.url : nil }
        )
        let definition = try Shop.definition(
            customer: """
                  customer:
                    from: { source: crm, query: "select 'c1' as customer_id, 'Ana' as name" }
                    key: customer_id
                    columns:
                      customer_id: { type: text, required: true }
                      name: { type: text }
                """,
            sale: Shop.sale(missing: "infer"),
            sources: "crm: { postgres: \"${CRM_URL}\" }"
        )
        let load = try await dock.create(definition)

        // None for the task itself.
        try await login.limit(to: 0)
        let none = await dock.perform(load.task("customer"), by: crowded)
        #expect(none.failure?.origin == .servers)
        #expect(none.failure?.code == "postgres.53300")
        // One for the task, none for its source.
        try await login.limit(to: 1)
        let source = await dock.perform(load.task("customer"), by: crowded)
        #expect(source.failure?.origin == .servers)
        #expect(source.failure?.code == "source.postgres.53300")
        // One for the task, none for the members that it infers.
        let free = try await login.unlimited()
        let task = await dock.perform(load.task("customer"), by: free)
        #expect(task == .loaded(RowCounts(read: 1, loaded: 1)))
        await free.close()
        await crowded.close()
        try await login.limit(to: 1)
        let inferring = await dock.perform(load.task("sale 2024-01"), by: crowded)
        #expect(inferring.failure?.origin == .servers)
        #expect(inferring.failure?.code == "postgres.53300")
        await crowded.close()
        try await login.drop()
    }

    /// A login that is no superuser, so that its sessions can be limited.
    private struct Login {
        let dock: Dock
        let name: String
        let url: String
        let configuration: PostgresConfiguration

        init(_ dock: Dock) async throws {
            self.dock = dock
            let name = "crowd_\(UInt32.random(in: 0 ... .max))"
            _ = try await dock.ledger.loads.unfinished()
            let owner = try await dock.row("select quote_ident(current_user)")
            // It may do what the owner of the tables may, and is no superuser, whose sessions have no limit.
            try await dock.connection.script(
                "create role \(raw: name) login password 'crowd' in role \(raw: owner)"
            )
            let place = dock.url.split(separator: "@").last ?? ""
            self.name = name
            url = "postgres://\(name):crowd@\(place)"
            configuration = try PostgresConfiguration(url: url)
        }

        func limit(to sessions: Int) async throws {
            try await dock.connection.script(
                "alter role \(raw: "\(name) connection limit \(sessions)")"
            )
        }

        func unlimited() async throws -> WarehouseLoader {
            try await limit(to: -1)
            let url = url
            return WarehouseLoader(
                configuration,
                environment: SourceEnvironment { $0 == "CRM_URL" ? url : nil }
            )
        }

        func drop() async throws {
            try await dock.connection.script(
                "drop owned by \(raw: name) cascade; drop role \(raw: name)"
            )
        }
    }
}
