import Endpoints
import Foundation
import TestSupport
import Testing

/// What a definition may make a process read, by the built binary.
@Suite("Access of sources")
struct SourceAccessTests {
    private func write(_ source: String, in harbour: Harbour) throws {
        try """
        pipeline: shop
        sources: { drops: { files: "\(source)" } }
        facts:
          sale:
            from: { source: drops, csv: sales.csv }
            grain: [id]
            columns: { id: { type: integer, required: true } }

        """
        .write(toFile: harbour.data + "/pipeline.yaml", atomically: true, encoding: .utf8)
    }

    @Test("a definition that names a variable of Longshore's own is refused, without its value")
    func ownVariables() async throws {
        let harbour = try await Harbour.open()
        try write("${LONGSHORE_POSTGRES_URL:-data}", in: harbour)
        for arguments in [
            ["check", "."], ["check", ".", "--sources"], ["load", "."], ["profile", ".:sale"],
        ] {
            let run = try await harbour.program.start(arguments).finish()
            #expect(run.exitCode == 65, "\(arguments)")
            #expect(
                run.errors.contains("`LONGSHORE_POSTGRES_URL` is Longshore's own"),
                "\(run.errors)"
            )
            #expect(!(run.output + run.errors).contains(harbour.databaseURL))
        }
    }

    @Test("a source's server is not given the password that libpq finds in the environment")
    func foundPassword() async throws {
        let harbour = try await Harbour.open()
        try """
        pipeline: shop
        sources: { crm: { postgres: "${CRM_URL}" } }
        facts:
          sale:
            from: { source: crm, query: "select 1 as id" }
            grain: [id]
            columns: { id: { type: integer, required: true } }

        """
        .write(toFile: harbour.data + "/pipeline.yaml", atomically: true, encoding: .utf8)
        let url = try ConnectionURL(harbour.databaseURL)
        let password = try #require(url.password?.revealed)
        for (secret, connects) in [("", false), (":\(password)", true)] {
            let address = "\(url.host):\(url.port ?? 5432)/\(url.path)"
            let run = try await harbour.program
                .with([
                    "CRM_URL": "postgres://\(url.user ?? "")\(secret)@\(address)",
                    "PGPASSWORD": password,
                ])
                .start(["profile", ".:sale"]).finish()
            #expect((run.exitCode == 0) == connects, "\(run.errors)")
        }
    }

    @Test("names of variables and folders of files are those that a process is given")
    func allowed() async throws {
        let harbour = try await Harbour.open()
        try write("${DATA_DIR}/in", in: harbour)
        for folder in ["in", "out"] {
            try FileManager.default.createDirectory(
                atPath: harbour.data + "/" + folder,
                withIntermediateDirectories: true
            )
        }
        try "id\n1\n"
            .write(
                toFile: harbour.data + "/in/sales.csv",
                atomically: true,
                encoding: .utf8
            )
        let load = ["load", ".", "--workers", "1"]
        for (options, problem) in [
            (["--environment", "CRM_*"], "the variable `DATA_DIR` is none of those"),
            (["--sources-below", "out"], "the folder `${DATA_DIR}/in` is not below"),
        ] {
            let run = try await harbour.program.start(load + options).finish()
            #expect(run.exitCode == 1, "\(run.errors)")
            let failures = try await harbour.ask(
                "select failure_code, failure_message from longshore.task order by load_id desc limit 1"
            )
            #expect(failures.allSatisfy { $0.hasPrefix("source.forbidden|") }, "\(failures)")
            #expect(failures.allSatisfy { $0.contains(problem) }, "\(failures)")
            #expect(failures.allSatisfy { !$0.contains(harbour.data) }, "\(failures)")
        }
        let run = try await harbour.program
            .with(["LONGSHORE_ENVIRONMENT": "CRM_*,DATA_*", "LONGSHORE_SOURCES_BELOW": "/none:in"])
            .start(load).finish()
        #expect(run.exitCode == 0, "\(run.errors)")
        let wrong = try await harbour.program.with(["LONGSHORE_ENVIRONMENT": "A B"]).run("status")
        #expect(wrong.exitCode == 64, "\(wrong.errors)")
    }
}
