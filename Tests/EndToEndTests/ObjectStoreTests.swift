import Foundation
import Loopback
import TestSupport
import Testing

/// Objects of a store are checked, loaded, loaded again when they change, and traced.
@Suite("A source in an object store")
struct ObjectStoreTests {
    private static let definition = """
        pipeline: lake
        period: { grain: month, start: 2024-01 }
        sources:
          drops:
            s3: "s3://${LAKE_BUCKET}/sales"
            region: eu-west-1
            endpoint: "${LAKE_URL}"
            private: true
            credentials: { key: "${LAKE_KEY}", secret: "${LAKE_SECRET}", session: "${LAKE_SESSION}" }
        facts:
          sale:
            from: { source: drops, csv: "{period}/*.csv" }
            period: sold_on
            grain: [sale_id]
            columns:
              sale_id: { type: text, required: true }
              sold_on: { type: date, required: true }
              amount: { type: "decimal(9,2)" }

        """

    private static func program(_ harbour: Harbour, _ store: S3Double) throws -> Program {
        let folder = harbour.data + "/lake"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try definition.write(toFile: folder + "/pipeline.yaml", atomically: true, encoding: .utf8)
        return harbour.program.with([
            "LAKE_BUCKET": S3Double.bucket, "LAKE_URL": store.url,
            "LAKE_KEY": S3Double.accessKey, "LAKE_SECRET": S3Double.secretKey,
            "LAKE_SESSION": S3Double.sessionToken,
        ])
    }

    @Test("is checked, loaded, loaded again with what its objects hold then, and traced")
    func load() async throws {
        let harbour = try await Harbour.open()
        let store = try S3Double(pageSize: 1)
        store.put("sales/2024-01/a b.csv", "sale_id,sold_on,amount\n1,2024-01-03,5.50\n".utf8)
        store.put("sales/2024-01/b.csv", "sale_id,sold_on,amount\n2,2024-01-04,6.25\n".utf8)
        let program = try Self.program(harbour, store)
        let checked = try await program.run("check", "lake", "--sources", "--periods", "2024-01")
        #expect(checked.exitCode == 0, "\(checked.output)\(checked.errors)")
        let sum = "select count(*) || ' ' || sum(amount) from lake.fact_sale"
        let loaded = try await program.run("load", "lake", "--periods", "2024-01", "--workers", "2")
        #expect(loaded.exitCode == 0, "\(loaded.output)\(loaded.errors)")
        #expect(try await harbour.ask(sum) == ["2 11.75"])
        store.put("sales/2024-01/b.csv", "sale_id,sold_on,amount\n2,2024-01-04,7.25\n".utf8)
        let again = try await program.run("load", "lake", "--periods", "2024-01", "--workers", "2")
        #expect(again.exitCode == 0, "\(again.output)\(again.errors)")
        #expect(try await harbour.ask(sum) == ["2 12.75"])
        let traced = try await program.run("trace", "fact_sale", "2")
        #expect(traced.exitCode == 0, "\(traced.output)\(traced.errors)")
        #expect(traced.output.contains("2024-01/b.csv"), "\(traced.output)")
        let said = [checked, loaded, again, traced].map { $0.output + $0.errors }.joined()
        #expect(!said.contains("s3cret"))
        let inputs = try await harbour.ask("select t::text from longshore.task t")
        #expect(!inputs.joined().contains("s3cret"))
    }
}
