import Foundation

/// What a case has outside of the fleet: a server, and a copy of the pipeline that speaks to it.
struct Outside: Sendable {
    let server: any OutsideServer
    /// The copy's folder.
    let pipeline: String
    /// What processes have in their environment.
    let environment: [String: String]

    /// What makes it for a case, by the name of the case's database.
    struct Maker: Sendable {
        let make: @Sendable (_ name: String, _ ground: Ground) async throws -> Outside
    }

    /// Copies the pipeline with its definition changed.
    init(
        _ server: any OutsideServer,
        named name: String,
        on ground: Ground,
        environment: [String: String],
        definition: (String) -> String
    ) throws {
        self.server = server
        self.environment = environment
        pipeline = "\(ground.folder)/\(name)-pipeline"
        let name = "pipeline.yaml"
        let text = try String(contentsOfFile: "\(ground.pipeline)/\(name)", encoding: .utf8)
        let changed = definition(text)
        guard changed != text else { throw TortureError(what: "the pipeline is not as expected") }
        try FileManager.default.copyItem(atPath: ground.pipeline, toPath: pipeline)
        try changed.write(toFile: "\(pipeline)/\(name)", atomically: true, encoding: .utf8)
    }

    /// Ends the server, and removes the copy.
    func close() async throws {
        try FileManager.default.removeItem(atPath: pipeline)
        try await server.close()
    }

    /// What is not outside as it should be, in words.
    func violations(_ arena: Arena) async throws -> [String] {
        var found = server.complaints.map { "I11: \($0)" }
        guard let target = server as? any ExportTarget,
            let rows = try await target.rows()
        else { return found }
        let told = Set(rows.map { "\($0.key)|\($0.value)" })
        let count = try await told.symmetricDifference(ExportedRows.wanted(arena)).count
        if count > 0 { found.append("I11: what was exported differs in \(count) rows") }
        return found
    }
}

extension Arena {
    /// What the case's pipeline speaks to.
    func server<Server>(_ type: Server.Type) throws -> Server {
        guard let server = outside?.server as? Server else {
            throw TortureError(what: "the case has nothing such outside")
        }
        return server
    }
}
