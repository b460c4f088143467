import Foundation

/// What a case has outside of the fleet: a server, and a copy of the pipeline that speaks to it.
struct Outside: Sendable {
    let server: TroubledServer
    let content: any OutsideContent
    /// The copy's folder.
    let pipeline: String
    /// What processes have in their environment.
    let environment: [String: String]
    /// What its content says of the rows that it was told of, by their names; `nil` where it is told of none.
    var rows: (@Sendable () -> [String: String])?

    /// What makes it for a case, by the name of the case's database.
    struct Maker: Sendable {
        let make: @Sendable (_ name: String, _ ground: Ground) async throws -> Outside
    }

    /// Copies the pipeline with its definition changed, and starts the server.
    init(
        _ content: any OutsideContent,
        named name: String,
        on ground: Ground,
        environment: (String) -> [String: String],
        rows: (@Sendable () -> [String: String])? = nil,
        definition: (String) -> String
    ) throws {
        server = try TroubledServer(content)
        self.content = content
        self.rows = rows
        self.environment = environment(server.url)
        pipeline = "\(ground.folder)/\(name)-pipeline"
        let name = "pipeline.yaml"
        let text = try String(contentsOfFile: "\(ground.pipeline)/\(name)", encoding: .utf8)
        let changed = definition(text)
        guard changed != text else { throw TortureError(what: "the pipeline is not as expected") }
        try FileManager.default.copyItem(atPath: ground.pipeline, toPath: pipeline)
        try changed.write(toFile: "\(pipeline)/\(name)", atomically: true, encoding: .utf8)
    }

    /// Removes the copy; the server ends with the case.
    func close() { try? FileManager.default.removeItem(atPath: pipeline) }

    /// What is not outside as it should be, in words.
    func violations(_ arena: Arena) async throws -> [String] {
        var found = content.complaints.map { "I11: \($0)" }
        guard let rows else { return found }
        let told = Set(rows().map { "\($0.key)|\($0.value)" })
        let count = try await told.symmetricDifference(ExportedRows.wanted(arena)).count
        if count > 0 { found.append("I11: what was exported differs in \(count) rows") }
        return found
    }
}

extension Arena {
    /// The server outside that the case's pipeline speaks to.
    var server: TroubledServer {
        get throws {
            guard let outside else { throw TortureError(what: "the case has nothing outside") }
            return outside.server
        }
    }
}
