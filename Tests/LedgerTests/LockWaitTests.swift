import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

@Suite(
    "What is written into the ledger waits for others with a limit",
    .timeLimit(.minutes(2))
)
struct LockWaitTests {
    /// What people and coordinators write, by the table that it has to wait for.
    enum Write: String, CaseIterable {
        case creation = "control"
        case waiver = "reject"
        case lease = "load"

        func run(_ dock: Dock, _ desks: LedgerDesks) async throws {
            switch self {
            case .creation:
                let (request, graph) = try dock.request(Shop.definition())
                _ = try await desks.requests.create(request, tasks: graph.tasks)
            case .waiver:
                _ = try await desks.rejects.waive(RejectFilter(), reason: "known", by: "ana")
            case .lease:
                _ = try await desks.coordination.acquireLease(
                    on: 1,
                    owner: "quay",
                    for: .seconds(15)
                )
            }
        }
    }

    /// A shop with a reject, whose load is not ended.
    private func dock() async throws -> Dock {
        let dock = try await Dock(Shop.files)
        try dock.write("sales_2024-01.csv", Shop.january + "s9,2024-01-09,c1,-5\n")
        #expect(try await dock.load(Shop.definition()).failures == [])
        return dock
    }

    @Test("and then says who was in the way", arguments: Write.allCases)
    func named(_ write: Write) async throws {
        let dock = try await dock()
        let stranger = try await PostgresConnection.connect(dock.configuration)
        try await stranger.script(
            "set application_name to 'psql'; begin; "
                + "select from longshore.\(raw: write.rawValue) for update"
        )
        let pid = try #require(stranger.backendPID)
        let desks = LedgerDesks(dock.configuration, patience: .seconds(1))
        await #expect {
            try await write.run(dock, desks)
        } throws: { error in
            let error = error as? LedgerError
            return error?.code == .inUse
                && error?.description.contains("(psql, process \(pid) of the server, since") == true
                && error?.description.contains("for more than 1 second") == true
        }
        try await stranger.script("rollback")
        try await write.run(dock, desks)
        await desks.close()
        await stranger.close()
    }

    @Test("who waits for less than that is not disturbed")
    func ordinary() async throws {
        let dock = try await dock()
        let other = try await PostgresConnection.connect(dock.configuration)
        try await other.script("begin; select from longshore.control for update")
        let desks = LedgerDesks(dock.configuration)
        async let created: Void = Write.creation.run(dock, desks)
        await eventually("the load waits") {
            try await dock.row("select count(*) from pg_locks where not granted") != "0"
        }
        try await other.script("commit")
        try await created
        await desks.close()
        await other.close()
    }
}
