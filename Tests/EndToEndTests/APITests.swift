import Foundation
import TestSupport
import Testing
import Torture

/// A star that is loaded from an API.
@Suite("A source that is an API", .serialized)
struct APITests {
    private static let definition = """
        pipeline: ads
        period: { grain: month, start: 2024-01, end: 2024-02 }
        sources:
          ads:
            http: "${ADS_URL}/v1"
            private: true
            auth: { query: access_token, value: "${ADS_TOKEN}" }
            rate: { most: "1000 / 1 min", usage: { header: x-usage, path: "*.*.call_count", pause_at: 90 } }
            errors:
              - { path: error.code, in: [17, 613], do: wait, for: 1 s }
              - { path: error.code, in: [1, 2], do: retry }
        dimensions:
          campaign:
            from: { source: ads, get: campaigns, pages: { next: paging.next }, rows: data }
            key: campaign_id
            columns:
              campaign_id: { type: text, from: id, required: true }
              name: { type: text }
        facts:
          insight:
            from:
              source: ads
              get: "{campaign.campaign_id}/{period}"
              each: { campaign: "select campaign_id from dim_campaign where campaign_key > 0 order by 1" }
              pages: { next: paging.next }
              rows: data
              fields:
                campaign_id: "{campaign.campaign_id}"
                conversions: "sum(actions[type in ('buy', 'sign')].value)"
            period: day
            grain: [campaign, day]
            columns:
              campaign: { references: campaign, from: campaign_id }
              day: { type: date, required: true }
              spend: { type: "decimal(12,2)" }
              conversions: { type: integer }
              self: { type: text }
            expect: { rejects: { max: 50% } }

        """

    /// Five campaigns, three days of each in each month, and one day that is none.
    private static var rows: [String: [String]] {
        var rows = ["/v1/campaigns": (1...5).map { #"{"id":"c\#($0)","name":"Campaign \#($0)"}"# }]
        for campaign in 1...5 {
            for month in ["2024-01", "2024-02"] {
                rows["/v1/c\(campaign)/\(month)"] =
                    (1...3)
                    .map { day in
                        #"{"day":"\#(month)-0\#(day)","spend":"\#(campaign).\#(day)0","self":"?t=\#(APIDouble.token)","#
                            + #""actions":[{"type":"buy","value":"\#(day)"},{"type":"click","value":9}]}"#
                    } + [#"{"day":"none","self":"https:\/\/x\/?access_token=\#(APIDouble.token)"}"#]
            }
        }
        return rows
    }

    private static func program(_ harbour: Harbour, _ api: APIDouble) throws -> Program {
        let folder = harbour.data + "/ads"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try definition.write(toFile: folder + "/pipeline.yaml", atomically: true, encoding: .utf8)
        return harbour.program.with([
            "ADS_URL": api.url, "ADS_TOKEN": APIDouble.token, "LONGSHORE_LOG": "trace",
        ])
    }

    private static let sums = """
        select count(*) || ' ' || sum(spend) || ' ' || sum(conversions) || ' ' || count(distinct campaign_key)
        from ads.fact_insight
        """

    @Test("is loaded rightly while it throttles, breaks off and lies, and its workers are killed")
    func disturbed() async throws {
        let harbour = try await Harbour.open()
        let usage = #"{"act":[{"call_count":50}]}"#
        let api = try APIDouble(
            Self.rows,
            faults: [
                .cut, .status(429, retryAfter: "1"), .none, .silence, .none, .none, .text, .longer,
                .slow,
                .status(400, body: #"{"error":{"code":613}}"#), .status(500), .none, .loop, .none,
                .status(200, body: #"{"error":{"code":2}}"#), .field(name: "X-Usage", value: usage),
            ]
        )
        let program = try Self.program(harbour, api)
        let doomed = try program.with(["FAULT_AT": "copying:1:kill"])
            .start(["worker", "--slots", "1"])
        let other = try program.start(["worker", "--slots", "1"])
        let loaded = try await program.run("load", "ads")
        #expect(loaded.exitCode == 0, "\(loaded.output)\(loaded.errors)")
        other.signal(SIGTERM)
        doomed.signal(SIGKILL)
        let ends = [try await other.finish(), try await doomed.finish()]
        // (1 + … + 5) × 3 days × 2 months + 0.60 × 5 × 2 of spend, 6 of each campaign and month.
        #expect(try await harbour.ask(Self.sums) == ["30 96.00 60 5"])
        #expect(try await harbour.ask("select count(*) from longshore.reject") == ["10"])
        let checked = try await program.run("check", "ads", "--sources")
        #expect(checked.exitCode == 0, "\(checked.output)\(checked.errors)")
        let traced = try await program.run("trace", "fact_insight", "1", "2024-01-01")
        let listed = try await program.run("rejects", "list", "ads")
        #expect(listed.output.contains("c1/2024-01 page 2"), "\(listed.output)")
        let said = (ends + [loaded, checked, traced, listed]).map { $0.output + $0.errors }
        try await expectNoToken(in: said.joined(), harbour)
    }

    @Test("tells what it refuses, and shows its token to nobody")
    func refused() async throws {
        let harbour = try await Harbour.open()
        let api = try APIDouble(Self.rows)
        let token = "\(APIDouble.token)-of-others"
        let program = try Self.program(harbour, api).with(["ADS_TOKEN": token])
        let loaded = try await program.run("load", "ads", "--workers", "1")
        #expect(loaded.exitCode != 0)
        #expect(loaded.errors.contains("401") || loaded.output.contains("401"), "\(loaded.errors)")
        let why = try await program.run("why", "1.0")
        let said = loaded.output + loaded.errors + why.output + why.errors
        try await expectNoToken(in: said, harbour)
    }

    /// Neither in what was said, nor in the ledger, nor in the tables.
    private func expectNoToken(in said: String, _ harbour: Harbour) async throws {
        #expect(!said.contains("canary"))
        let ledger = try await Traces.ledger { try await harbour.ask($0) }
        #expect(!ledger.isEmpty && !ledger.contains("canary"))
        let rejects = try await harbour.ask(
            "select convert_from(raw, 'UTF8') || reason from longshore.reject"
        )
        #expect(!rejects.joined().contains("canary"))
        let tables = try await harbour.ask(
            "select count(*) from pg_tables where schemaname = 'ads' and tablename = 'fact_insight'"
        )
        guard tables == ["1"] else { return }
        let selves = try await harbour.ask("select self from ads.fact_insight")
        #expect(!selves.joined().contains("canary"))
    }
}
