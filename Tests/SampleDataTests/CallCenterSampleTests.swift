import Foundation
import SampleData
import Testing

@Suite("the call centre's files")
struct CallCenterSampleTests {
    private static let callHeader = [
        "call_id", "started_at", "agent_id", "client_id", "campaign_code", "outcome_code",
        "duration_s", "promise_amount", "promise_kept", "digital_channel_offered",
        "digital_channel_adopted", "notes",
    ]

    @Test("are the same bytes for the same seed, and others for another")
    func determinism() throws {
        func files(seed: UInt64) throws -> [String: Data] {
            var files: [String: Data] = [:]
            try withDirectory { directory in
                try CallCenterSample(seed: seed, months: 2, calls: 600, bad: share("5%"))
                    .write(to: directory)
                files = try contents(of: directory)
            }
            return files
        }
        let first = try files(seed: 7)
        #expect(first == (try files(seed: 7)))
        let other = try files(seed: 8)
        for name in ["calls_2024-01.csv.gz", "calls_2024-02.csv.gz", "clients.csv.gz"] {
            #expect(first[name] != nil && first[name] != other[name])
        }
    }

    @Test("have the promised names and headers")
    func namesAndHeaders() throws {
        try withSample(months: 14, calls: 2_000) { directory, _ in
            let headers = [
                "teams.csv": "code,name,site",
                "agents.csv.gz": "agent_id,full_name,hired_on,team_code,level,updated_at",
                "clients.csv.gz":
                    "client_id,business_name,owner_name,segment,city,phone,opened_on,updated_at",
                "campaigns.csv": "campaign_code,name,purpose,channel",
                "outcomes.csv": "outcome_code,name,is_contact,is_promise",
            ]
            for (name, header) in headers {
                #expect(try ParsedFile(name, in: directory).header.joined(separator: ",") == header)
            }
            let months =
                (1...12).map { "2024-\($0 < 10 ? "0" : "")\($0)" } + ["2025-01", "2025-02"]
            for month in months {
                let file = try ParsedFile("calls_\(month).csv.gz", in: directory)
                #expect(file.header == Self.callHeader)
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(names.count == headers.count + months.count + 1)
        }
    }

    @Test("add up: the sheet's totals are what the files hold")
    func totals() throws {
        try withSample(months: 3, calls: 5_000, bad: "3%") { directory, sheet in
            for totals in sheet.files {
                let file = try ParsedFile(totals.file, in: directory)
                #expect(file.records.count == totals.read)
                #expect(totals.read == totals.loaded + totals.rejected + totals.deduplicated)
                let bad = sheet.badRows.filter { $0.file == totals.file }
                #expect(bad.count { $0.rule != nil } == totals.rejected)
                #expect(bad.count { $0.rule == nil } == totals.deduplicated)
            }
            let calls = sheet.files.filter { $0.file.hasPrefix("calls_") }
            #expect(calls.map(\.read).reduce(0, +) == 5_000)
            #expect(sheet.badRows.count >= 148 && sheet.badRows.count <= 152)
        }
    }

    @Test("have bad rows of every kind, each wrong exactly as the sheet says")
    func badRows() throws {
        try withSample(months: 2, calls: 4_000, bad: "2%") { directory, sheet in
            let outcomes = try keys("outcomes.csv", directory)
            var seen: Set<String> = []
            for month in ["2024-01", "2024-02"] {
                let name = "calls_\(month).csv.gz"
                let bad = sheet.badRows(of: name)
                var previous: ParsedFile.Record?
                for record in try ParsedFile(name, in: directory).records {
                    guard let row = bad[record.line] else {
                        previous = record
                        continue
                    }
                    seen.insert(row.kind)
                    let judge = BadCall(record, after: try #require(previous), month, outcomes)
                    #expect(judge.isWrong(as: row.kind), "\(name):\(row.line) \(row.kind)")
                }
                #expect(bad.count > 12)
            }
            #expect(seen.count == 12)
        }
    }

    @Test("have nothing wrong in any other row")
    func goodRows() throws {
        try withSample(months: 3, calls: 6_000, bad: "2%") { directory, sheet in
            let outcomes = try keys("outcomes.csv", directory)
            let campaigns = try keys("campaigns.csv", directory)
            let clients = try keys("clients.csv.gz", directory)
            let hired = try firstVersions(directory)
            var ids: Set<String> = []
            var strangers: Set<String> = []
            for month in ["2024-01", "2024-02", "2024-03"] {
                let name = "calls_\(month).csv.gz"
                var last = ""
                for row in try ParsedFile(name, in: directory).goodRows(sheet, file: name) {
                    let started = row["started_at"] ?? ""
                    #expect(ids.insert(row["call_id"] ?? "").inserted)
                    #expect(started >= last && started.hasPrefix(month) && started.count == 19)
                    #expect(try #require(hired[row["agent_id"] ?? ""]) < started)
                    #expect(outcomes.contains(row["outcome_code"] ?? ""))
                    #expect(campaigns.contains(row["campaign_code"] ?? ""))
                    #expect((0...86_400).contains(try #require(Int(row["duration_s"] ?? ""))))
                    let hasPromise = row["outcome_code"] == "PRO"
                    let amount = row["promise_amount"] ?? ""
                    #expect(amount.wholeMatch(of: /\d+\.\d\d/) != nil || amount == "")
                    #expect(hasPromise == !amount.isEmpty)
                    #expect(hasPromise == ["yes", "no"].contains(row["promise_kept"]))
                    if !clients.contains(row["client_id"] ?? "") {
                        strangers.insert(row["client_id"] ?? "")
                    }
                    last = started
                }
            }
            #expect(!strangers.isEmpty)
            #expect(sheet.inferred == ["client": strangers.count])
        }
    }

    @Test("call nobody outside the hours that the law allows")
    func hours() throws {
        try withSample(months: 2, calls: 3_000) { directory, sheet in
            let name = "calls_2024-02.csv.gz"
            for row in try ParsedFile(name, in: directory).goodRows(sheet, file: name) {
                let hour = Int(row["started_at"]?.dropFirst(11).prefix(2) ?? "") ?? 0
                #expect((7..<19).contains(hour))
                // 2024-02-04 was a Sunday.
                let day = Int(row["started_at"]?.dropFirst(8).prefix(2) ?? "") ?? 0
                #expect(day % 7 != 4)
            }
        }
    }

    @Test("tell agents' history: several rows in order, with changes of team, level and name")
    func agentHistory() throws {
        try withSample(months: 12, calls: 40_000) { directory, sheet in
            let rows = try ParsedFile("agents.csv.gz", in: directory)
                .goodRows(sheet, file: "agents.csv.gz")
            let agents = Dictionary(grouping: rows) { $0["agent_id"] ?? "" }.values
            #expect(agents.contains { $0.count > 2 })
            for column in ["team_code", "level", "hired_on"] {
                #expect(agents.contains { Set($0.map { $0[column] }).count > 1 })
            }
            for versions in agents {
                let times = versions.map { $0["updated_at"] ?? "" }
                #expect(times == times.sorted() && Set(times).count == times.count)
            }
            #expect(agents.contains { ($0.first?["hired_on"] ?? "") > "2024-01-01" })
        }
    }

    @Test("look like real exports: quotes, line ends, accents, stray blanks, mixed case")
    func untidiness() throws {
        try withSample(months: 1, calls: 6_000) { directory, _ in
            let calls = try ParsedFile("calls_2024-01.csv.gz", in: directory)
            let notes = Set(calls.records.compactMap { $0.texts?.last })
            for character in ["\n", "\"", ",", "ó"] {
                #expect(notes.contains { $0.contains(character) })
            }
            let clients = try ParsedFile("clients.csv.gz", in: directory)
            let owners = clients.records.compactMap { $0.texts?[2] }
            #expect(owners.contains { $0.hasPrefix(" ") } && owners.contains { $0.hasSuffix(" ") })
            #expect(owners.contains { $0 == $0.uppercased() })
            #expect(owners.contains { $0 == $0.lowercased() })
        }
    }

    @Test("make sense as a business: digital adoption and kept promises grow over the year")
    func business() throws {
        try withSample(months: 12, calls: 30_000) { directory, sheet in
            func month(_ label: String) throws -> [[String: String]] {
                let name = "calls_\(label).csv.gz"
                return try ParsedFile(name, in: directory).goodRows(sheet, file: name)
            }
            func share(_ rows: [[String: String]], _ column: String, of filter: String) -> Double {
                let base = rows.filter { !["", "no"].contains($0[filter]) }
                return Double(base.count { $0[column] == "yes" }) / Double(max(1, base.count))
            }
            let (january, november) = (try month("2024-01"), try month("2024-11"))
            let contacts = january.count {
                ["PRO", "PAG", "REH", "VOL", "INF"].contains($0["outcome_code"])
            }
            #expect((0.3...0.6).contains(Double(contacts) / Double(january.count)))
            let (adopted, offered) = ("digital_channel_adopted", "digital_channel_offered")
            #expect(
                share(november, adopted, of: offered) > share(january, adopted, of: offered) + 0.05
            )
            #expect((0.4...0.8).contains(share(january, "promise_kept", of: "promise_amount")))
        }
    }

    @Test("have as many clients as are asked for, or one for twelve calls")
    func clients() throws {
        for (asked, written) in [(nil, 100), (60, 60)] {
            try withDirectory { directory in
                try CallCenterSample(seed: 7, months: 1, calls: 1_200, clients: asked)
                    .write(to: directory)
                #expect(try keys("clients.csv.gz", directory).count == written)
            }
        }
    }

    @Test("are refused with parameters that make no sense")
    func parameters() {
        let error = #expect(throws: SampleDataError.self) {
            try CallCenterSample(seed: 1, months: 0)
        }
        #expect(
            error?.description
                == "generating sample data: `months` is `0`; expected a number from 1 to 72"
        )
        #expect(throws: SampleDataError.self) { try CallCenterSample(seed: 1, months: 3, calls: 2) }
        #expect(throws: SampleDataError.self) { try CallCenterSample(seed: 1, clients: 49) }
    }

    // MARK: Reading them back

    private func withSample(
        months: Int,
        calls: Int,
        bad: String = "0%",
        _ body: (String, AnswerSheet) throws -> Void
    ) throws {
        try withDirectory { directory in
            try CallCenterSample(seed: 7, months: months, calls: calls, bad: share(bad))
                .write(to: directory)
            try body(directory, AnswerSheet(in: directory))
        }
    }

    private func keys(_ file: String, _ directory: String) throws -> Set<String> {
        Set(try ParsedFile(file, in: directory).records.compactMap { $0.texts?.first })
    }

    private func firstVersions(_ directory: String) throws -> [String: String] {
        let records = try ParsedFile("agents.csv.gz", in: directory).records.compactMap(\.texts)
        return Dictionary(records.map { ($0[0], $0[5]) }, uniquingKeysWith: min)
    }
}

/// A bad call's row, judged by itself and the good row before it.
private struct BadCall {
    private let record: ParsedFile.Record
    private let previous: ParsedFile.Record
    private let month: String
    private let outcomes: Set<String>

    init(
        _ record: ParsedFile.Record,
        after previous: ParsedFile.Record,
        _ month: String,
        _ outcomes: Set<String>
    ) {
        self.record = record
        self.previous = previous
        self.month = month
        self.outcomes = outcomes
    }

    func isWrong(as kind: String) -> Bool {
        guard let row = record.texts else { return kind == "invalid_utf8" }
        let isTime = /\d{4}-\d\d-[0-2]\d \d\d:\d\d:\d\d/
        switch kind {
        case "missing_call_id": return row[0].isEmpty
        case "unparsable_started_at": return row[1].wholeMatch(of: isTime) == nil
        case "started_at_outside_month":
            return row[1].wholeMatch(of: isTime) != nil && !row[1].hasPrefix(month)
        case "unknown_agent": return !row[2].hasPrefix("A")
        case "negative_duration": return (Int(row[6]) ?? 0) < 0
        case "duration_not_a_number": return Int(row[6]) == nil
        case "unknown_outcome": return !outcomes.contains(row[5])
        case "amount_not_a_number": return !row[7].isEmpty && Double(row[7]) == nil
        case "same_call_id_other_content":
            return record.fields[0] == previous.fields[0] && record.raw != previous.raw
        case "duplicate_line": return record.raw == previous.raw
        case "too_few_fields": return row.count == 9
        default: return false
        }
    }
}
