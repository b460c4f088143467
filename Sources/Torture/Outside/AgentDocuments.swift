import Foundation
import Loopback
import Synchronization

/// The MongoDB collection that an export puts a document for each agent into.
final class AgentDocuments: ExportTarget {
    private struct Manners {
        var delay = Duration.zero
        var trouble: @Sendable () -> MongoDouble.Fault? = { nil }
        var requests = 0
        var troubles = 0
    }

    private final class Shared: Sendable {
        let manners = Mutex(Manners())
    }

    private let shared: Shared
    private let server: MongoDouble

    /// The pipeline that exports into it.
    static let pipeline = Outside.Maker { name, ground in
        let documents = try AgentDocuments()
        return try ExportedRows.outside(
            documents,
            name,
            ground,
            environment: ["OUTSIDE_URL": documents.server.url],
            to: "{ source: outside, collection: agents }",
            sources: "  outside: { mongo: \"${OUTSIDE_URL}\" }\n"
        )
    }

    private init() throws {
        let shared = Shared()
        self.shared = shared
        server = try MongoDouble([:]) { command, _ in
            command == "update" ? Self.receive(shared) : nil
        }
    }

    private static func receive(_ shared: Shared) -> MongoDouble.Fault? {
        let (delay, choose) = shared.manners.withLock { manners in
            manners.requests += 1
            return (manners.delay, manners.trouble)
        }
        if delay > .zero { Thread.sleep(forTimeInterval: delay / .seconds(1)) }
        let trouble = choose()
        if trouble != nil { shared.manners.withLock { $0.troubles += 1 } }
        return trouble
    }

    var requestCount: Int { shared.manners.withLock { $0.requests } }

    func dawdle(_ isSlow: Bool) async throws {
        behave(delay: isSlow ? .milliseconds(80) : .zero)
    }

    /// A server that stops, one that is no primary any more, and others of the set that are late.
    func putOff(_ arena: Arena) async throws {
        try await trouble(arena) {
            switch $0.number(in: 0..<10) {
            case 0: .error(91)
            case 1: .error(189)
            case 2...3: .alone(64)
            default: nil
            }
        }
    }

    func loseAnswers(_ arena: Arena) async throws {
        try await trouble(arena) { $0.number(in: 0..<10) < 3 ? .cutAfterwards : nil }
    }

    private func trouble(
        _ arena: Arena,
        _ choose: @escaping @Sendable (Luck) -> MongoDouble.Fault?
    ) async throws {
        let luck = arena.luck
        behave(delay: .milliseconds(20)) { choose(luck) }
        try await arena.wait(within: .seconds(120), for: "that the target made trouble") {
            shared.manners.withLock { $0.troubles } >= enough
        }
        behave()
    }

    private func behave(
        delay: Duration = .zero,
        trouble: @escaping @Sendable () -> MongoDouble.Fault? = { nil }
    ) {
        shared.manners.withLock { ($0.delay, $0.trouble) = (delay, trouble) }
    }

    func rows() async throws -> [String: String]? {
        var rows: [String: String] = [:]
        for document in server.documents("agents") {
            guard case .string(let agent)? = document["_id"],
                document["agent_id"] == .string(agent),
                case .int64(let calls)? = document["calls"],
                case .int64(let load)? = document["newest_load"]
            else { throw TortureError(what: "a document is not as expected") }
            rows[agent] = #"{"agent_id":"\#(agent)","calls":\#(calls),"newest_load":\#(load)}"#
        }
        return rows
    }
}
