import Foundation
import SampleData
import Testing

@Suite("the agency's files")
struct CampaignSampleTests {
    private static let names = [
        "ads/insights.jsonl", "ads/lifetime.jsonl", "app/campaigns.jsonl", "app/canvases.jsonl",
    ]

    @Test("are the same bytes for the same seed, and others for another")
    func determinism() throws {
        let first = try lines()
        #expect(first == (try lines()))
        let other = try lines(seed: 8)
        for name in Self.names {
            #expect(first[name]?.isEmpty == false && first[name] != other[name])
        }
    }

    @Test("tell of campaigns in every state, of no funds, no days, no conversions")
    func campaigns() throws {
        let files = try objects(of: lines())
        let campaigns = files["app/campaigns.jsonl"] ?? []
        let states = campaigns.compactMap { $0["status"] as? String }
        #expect(Set(states) == ["ACTIVE", "PAUSED", "ENDED"])
        #expect(Set(states.prefix(4)) == ["ACTIVE"])
        let funds = campaigns.compactMap { ($0["funds"] as? [String: String])?["$numberDecimal"] }
        #expect(funds.count { $0 == "0.00" } == 1 && funds[1] == "0.00")
        let ids = campaigns.compactMap {
            ($0["facebook"] as? [String: String])?["campaign_id"]
        }
        #expect(Set(ids).count == 40)
        let insights = files["ads/insights.jsonl"] ?? []
        let told = Set(insights.compactMap { $0["campaign_id"] as? String })
        #expect(told == Set(ids).subtracting([ids[2]]))
        let kinds = insights.filter { $0["campaign_id"] as? String == ids[3] }
            .flatMap { $0["actions"] as? [[String: String]] ?? [] }
            .compactMap { $0["action_type"] }
        #expect(Set(kinds) == ["link_click", "post_engagement"])
        #expect(insights.contains { $0["actions"] == nil })
    }

    @Test("have bad canvases of every kind, as many as the sheet says, and increasing ids")
    func canvases() throws {
        try withDirectory { directory in
            try Self.sample().write(to: directory)
            let sheet = try AnswerSheet(in: directory)
            #expect(Set(sheet.badRows.map(\.kind)).count == 3 && sheet.badRows.count == 10)
            let canvases = try objects(of: lines(in: directory))["app/canvases.jsonl"] ?? []
            let totals = try #require(sheet.files.first { $0.file == "app/canvases.jsonl" })
            #expect(canvases.count == totals.read && totals.rejected == 10)
            let ids = canvases.compactMap { ($0["_id"] as? [String: String])?["$oid"] }
            #expect(ids == ids.sorted() && Set(ids).count == 200)
            #expect(ids.allSatisfy { $0.utf8.count == 24 })
            let nameless = canvases.indices.filter { canvases[$0]["campaign"] == nil }
            let told = sheet.badRows.filter { $0.kind == "missing_campaign" }.map { $0.line - 1 }
            #expect(nameless == told)
        }
    }

    @Test("are of parameters that make sense")
    func parameters() {
        #expect(throws: SampleDataError.self) { try CampaignSample(seed: 1, campaigns: 0) }
        #expect(throws: SampleDataError.self) { try CampaignSample(seed: 1, canvases: 0) }
        #expect(throws: SampleDataError.self) { try CampaignSample(seed: 1, days: 0) }
    }

    // MARK: Files

    private static func sample(seed: UInt64 = 7) throws -> CampaignSample {
        try CampaignSample(seed: seed, campaigns: 40, canvases: 200, days: 12, bad: share("5%"))
    }

    private func lines(seed: UInt64 = 7) throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        try withDirectory { directory in
            try Self.sample(seed: seed).write(to: directory)
            found = try lines(in: directory)
        }
        return found
    }

    private func lines(in directory: String) throws -> [String: [String]] {
        try Dictionary(
            uniqueKeysWithValues: Self.names.map { name in
                let text = try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
                return (name, text.split(separator: "\n").map(String.init))
            }
        )
    }

    private func objects(of files: [String: [String]]) throws -> [String: [[String: Any]]] {
        try files.mapValues { lines in
            try lines.map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                return try #require(object as? [String: Any])
            }
        }
    }
}
