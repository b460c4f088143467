import Foundation
import Loopback
import TestSupport
import Testing

/// A collection of MongoDB is checked, profiled and loaded, over connections that break.
@Suite("A source in MongoDB")
struct MongoLoadTests {
    private static let definition = """
        pipeline: ads
        sources:
          app: { mongo: "${APP_URL}" }
        dimensions:
          campaign:
            from: { source: app, collection: campaigns, filter: '{"status": "ACTIVE"}' }
            key: campaign_id
            columns:
              campaign_id: { type: text, from: _id, required: true }
              ad_id: { type: text, from: facebook.ad_id }
              begun_at: { type: timestamp }
              funds: { type: "decimal(20,3)" }
            expect: { rejects: { max: 60% } }

        """

    private static func campaign(_ id: String, _ ad: BSONValue, _ funds: BSONValue) -> BSONValue {
        .document([
            .init("_id", .string(id)), .init("facebook", .document([.init("ad_id", ad)])),
            .init("begun_at", .date(1_709_251_199_125)), .init("funds", funds),
        ])
    }

    @Test("a collection is loaded whole, and documents that do not fit are rejects")
    func load() async throws {
        let harbour = try await Harbour.open()
        let campaigns = [
            Self.campaign("c1", .string("a1"), .int64(9_007_199_254_740_993)),
            Self.campaign("c2", .null, .decimal(0x303a_0000_0000_0000, 12_500)),
            Self.campaign("c3", .string("a3"), .double(0.5)),
            Self.campaign("c4", .string("a4"), .string("much")),
        ]
        let server = try MongoDouble(["campaigns": campaigns]) { name, _ in
            name == "getMore" ? .cut : nil
        }
        let folder = harbour.data + "/ads"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Self.definition
            .write(toFile: folder + "/pipeline.yaml", atomically: true, encoding: .utf8)
        let program = harbour.program.with(["APP_URL": server.url])
        let runs = [
            try await program.run("check", "ads", "--sources"),
            try await program.run("profile", "ads:campaign"),
            try await program.run("load", "ads", "--workers", "1"),
        ]
        #expect(runs[1].exitCode == 0, "\(runs[1].output)\(runs[1].errors)")
        #expect(runs[2].exitCode == 0, "\(runs[2].output)\(runs[2].errors)")
        #expect(!runs[0].errors.contains("source."), "\(runs[0].output)\(runs[0].errors)")
        let loaded = try await harbour.ask(
            "select campaign_id, ad_id, begun_at at time zone 'UTC', funds from ads.dim_campaign "
                + "where campaign_id like 'c%' order by 1"
        )
        #expect(
            loaded == [
                "c1|a1|2024-02-29 23:59:59.125|9007199254740993.000",
                "c2||2024-02-29 23:59:59.125|12.500", "c3|a3|2024-02-29 23:59:59.125|0.500",
            ]
        )
        let rejects = try await program.run("rejects", "list", "ads")
        #expect(rejects.output.contains("funds"), "\(rejects.output)\(rejects.errors)")
    }
}
