import Foundation
import Loopback
import TestSupport
import Testing

/// Charts by real processes, to a bucket.
@Suite("Charts", .serialized)
struct ChartTests {
    private static let calls = """
        select p.campaign_code as campaign, (c.started_at at time zone 'America/Bogota')::date as day,
            o.name as outcome, count(*) as calls
        from fact_call c join dim_campaign p using (campaign_key) join dim_outcome o using (outcome_key)
        where p.campaign_code is not null
        group by 1, 2, 3 order by 2, 3
        """

    private static let charts = """

        charts:
          calls:
            sql: calls.sql
            key: campaign
            kind: stacked_bar
            x: day
            y: calls
            series: outcome
            title: "Calls of {campaign}"
            absent: zero
            format: [svg, png]
            to: { source: lake, object: "calls/{campaign}.{format}" }

        """

    /// The call centre with a chart for each campaign.
    private static func pipeline(_ harbour: Harbour) throws -> String {
        try harbour.callCentre(
            in: "drawing",
            sources: Harbour.lake,
            sections: charts,
            files: ["calls.sql": calls]
        )
    }

    /// A folder for `PATH` that has what limits processes, and nothing that draws.
    private static func bareFolder(_ harbour: Harbour) throws -> String {
        let folder = harbour.data + "/bare"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/prlimit",
            withDestinationPath: "/usr/bin/prlimit"
        )
        return folder
    }

    @Test(
        "a machine that draws no PNG fails in words; then each key has both pictures, whose bytes stay"
    )
    func delivered() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 400)
        let store = try S3Double()
        let program = harbour.program.with([
            "LAKE_BUCKET": S3Double.bucket, "LAKE_URL": store.url,
            "LAKE_KEY": S3Double.accessKey, "LAKE_SECRET": S3Double.secretKey,
            "LAKE_SESSION": S3Double.sessionToken,
        ])
        let folder = try Self.pipeline(harbour)
        let checked = try await program.run("check", folder)
        #expect(
            checked.output.contains(", 1 chart, 1 dashboard; no problem found"),
            "\(checked.errors)"
        )
        let load = ["load", folder, "--periods", "2024-01", "--workers", "1"]

        let bare = program.with(["PATH": try Self.bareFolder(harbour)])
        let failed = try await bare.start(load).finish()
        #expect(failed.exitCode != 0)
        #expect(
            (failed.output + failed.errors).contains("install the package librsvg2-bin"),
            "\(failed.output)\(failed.errors)"
        )
        #expect(store.objects.isEmpty)

        let run = try await program.start(load).finish()
        #expect(run.exitCode == 0, "\(run.output)\(run.errors)")
        let campaigns = try await harbour.ask(
            """
            select distinct campaign_code from callcenter.fact_call
            join callcenter.dim_campaign using (campaign_key) where campaign_code is not null
            """
        )
        let names = campaigns.flatMap { ["out/calls/\($0).png", "out/calls/\($0).svg"] }
        #expect(!names.isEmpty && Set(store.objects.keys) == Set(names))
        for campaign in campaigns {
            let svg = store.objects["out/calls/\(campaign).svg"]?.bytes ?? []
            #expect(String(decoding: svg, as: UTF8.self).contains("Calls of \(campaign)</title>"))
            let png = store.objects["out/calls/\(campaign).png"]?.bytes ?? []
            #expect(png.starts(with: [0x89, 0x50, 0x4e, 0x47]))
        }

        // Everything is delivered once more: the same rows have the same bytes.
        let before = store.objects
        let retried = try await program.run("exports", "retry", "callcenter", "--all")
        #expect(retried.exitCode == 0, "\(retried.errors)")
        let again = try await program.run("resume", "2", "--workers", "1")
        #expect(again.exitCode == 0, "\(again.output)\(again.errors)")
        #expect(store.objects.mapValues(\.bytes) == before.mapValues(\.bytes))
        #expect(before.allSatisfy { store.objects[$0]?.metadata != $1.metadata })
    }
}
