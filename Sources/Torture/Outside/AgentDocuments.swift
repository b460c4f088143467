import Loopback

/// The MongoDB collection that an export puts a document for each agent into.
final class AgentDocuments: ExportTarget {
    private let manners: Manners<MongoDouble.Fault>
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
        let manners = Manners<MongoDouble.Fault>()
        self.manners = manners
        server = try MongoDouble([:]) { command, _ in
            command == "update" ? manners.receive() : nil
        }
    }

    var requestCount: Int { manners.requestCount }

    func dawdle(_ isSlow: Bool) async throws {
        manners.behave(delay: isSlow ? .milliseconds(80) : .zero)
    }

    /// A server that stops, one that is no primary any more, and others of the set that are late.
    func putOff(_ arena: Arena) async throws {
        try await manners.trouble(arena, enough: enough) {
            switch $0.number(in: 0..<10) {
            case 0: .error(91)
            case 1: .error(189)
            case 2...3: .alone(64)
            default: nil
            }
        }
    }

    func loseAnswers(_ arena: Arena) async throws {
        try await manners.trouble(arena, enough: enough) {
            $0.number(in: 0..<10) < 3 ? .cutAfterwards : nil
        }
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
