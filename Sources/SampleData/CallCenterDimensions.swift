/// The files of the call centre's dimensions.
///
/// None of their rows is bad, and none of them is tidy.
struct CallCenterDimensions: Sendable {
    let sample: CallCenterSample
    let staff: Staff

    /// What an outcome means.
    struct Outcome: Sendable {
        let code: String
        let name: String
        let isContact: Bool
        let isPromise: Bool
    }

    static let campaigns = [
        ("REC", "Recordatorio de pago", "collection", "phone"),
        ("TEM", "Cobranza temprana", "collection", "phone"),
        ("TAR", "Cobranza tardía", "collection", "phone"),
        ("REN", "Renovación de crédito", "sales", "phone"),
        ("DIG", "¡Pásate a lo digital!", "adoption", "whatsapp"),
    ]

    static let outcomes = [
        Outcome(code: "PRO", name: "Promesa de pago", isContact: true, isPromise: true),
        Outcome(code: "PAG", name: "Ya pagó", isContact: true, isPromise: false),
        Outcome(code: "REH", name: "Rehúsa pagar", isContact: true, isPromise: false),
        Outcome(code: "VOL", name: "Volver a llamar", isContact: true, isPromise: false),
        Outcome(code: "INF", name: "Información entregada", isContact: true, isPromise: false),
        Outcome(code: "NOC", name: "No contesta", isContact: false, isPromise: false),
        Outcome(code: "OCU", name: "Ocupado", isContact: false, isPromise: false),
        Outcome(code: "BUZ", name: "Buzón de mensajes", isContact: false, isPromise: false),
        Outcome(code: "EQU", name: "Número equivocado", isContact: false, isPromise: false),
    ]

    func write(to directory: String, _ sheet: AnswerSheetWriter) throws(SampleDataError) {
        try writeTeams(to: directory, sheet)
        try writeAgents(to: directory, sheet)
        try writeClients(to: directory, sheet)
        try writeCampaigns(to: directory, sheet)
        try writeOutcomes(to: directory, sheet)
    }

    private func writeTeams(
        to directory: String,
        _ sheet: AnswerSheetWriter
    ) throws(SampleDataError) {
        var random = SplitMix64(seed: sample.seed, stream: "teams")
        let file = try CSVFile("teams.csv", in: directory, header: ["code", "name", "site"])
        let rows = Staff.teams.map { [$0.0, random.untidy($0.1), random.untidy($0.2)] }
        try write(rows, to: file, sheet)
    }

    private func writeCampaigns(
        to directory: String,
        _ sheet: AnswerSheetWriter
    ) throws(SampleDataError) {
        let header = ["campaign_code", "name", "purpose", "channel"]
        // The marketing department keeps these in a spreadsheet.
        let file = try CSVFile("campaigns.csv", in: directory, header: header, style: .spreadsheet)
        try write(Self.campaigns.map { [$0.0, $0.1, $0.2, $0.3] }, to: file, sheet)
    }

    private func writeOutcomes(
        to directory: String,
        _ sheet: AnswerSheetWriter
    ) throws(SampleDataError) {
        let header = ["outcome_code", "name", "is_contact", "is_promise"]
        let file = try CSVFile("outcomes.csv", in: directory, header: header)
        let rows = Self.outcomes.map { outcome in
            [
                outcome.code, outcome.name, outcome.isContact ? "yes" : "no",
                outcome.isPromise ? "yes" : "no",
            ]
        }
        try write(rows, to: file, sheet)
    }

    private func write(
        _ rows: [[String]],
        to file: CSVFile,
        _ sheet: AnswerSheetWriter
    ) throws(SampleDataError) {
        sheet.begin(file: file.name)
        for row in rows {
            try file.write(CSVRow(encoded: row.map(CSVRow.encode)))
            sheet.addGood()
        }
        try file.close()
    }

    private func writeAgents(
        to directory: String,
        _ sheet: AnswerSheetWriter
    ) throws(SampleDataError) {
        let header = ["agent_id", "full_name", "hired_on", "team_code", "level", "updated_at"]
        let file = try CSVFile("agents.csv.gz", in: directory, header: header)
        sheet.begin(file: file.name)
        var random = SplitMix64(seed: sample.seed, stream: "agents")
        var row = CSVRow()
        for (index, agent) in staff.agents.enumerated() {
            for version in agent.versions {
                row.clear()
                row.code("A", index + 1, width: 4)
                row.text(random.untidy(version.name))
                row.date(version.hired)
                row.text(Staff.teams[version.team].0)
                row.text(Staff.levels[version.level])
                row.timestamp(version.day, second: version.second)
                try file.write(row)
                sheet.addGood()
            }
        }
        try file.close()
    }

    private func writeClients(
        to directory: String,
        _ sheet: AnswerSheetWriter
    ) throws(SampleDataError) {
        let header = [
            "client_id", "business_name", "owner_name", "segment", "city", "phone", "opened_on",
            "updated_at",
        ]
        let file = try CSVFile("clients.csv.gz", in: directory, header: header)
        sheet.begin(file: file.name)
        let clients = Clientele(sample: sample)
        var row = CSVRow()
        for index in 0..<clients.count {
            row.clear()
            fill(&row, client: index, clients)
            try file.write(row)
            sheet.addGood()
        }
        try file.close()
    }

    private func fill(_ row: inout CSVRow, client index: Int, _ clients: Clientele) {
        var random = SplitMix64(seed: sample.seed, stream: "client", index: index)
        let opened = clients.opened(index)
        let age = opened.distance(to: sample.lastDay)
        row.code("C", index + 1, width: 7)
        row.text(random.untidy(businessName(&random)))
        row.text(random.untidy(random.personName()))
        row.text(random.untidy(Vocabulary.segments[clients.segment(index)]))
        row.text(random.untidy(random.pick(Vocabulary.cities)))
        row.text(random.phoneNumber())
        row.date(opened)
        row.timestamp(opened.advanced(by: random.below(age + 1)), second: random.below(86_400))
    }

    private func businessName(_ random: inout SplitMix64) -> String {
        let kind = random.pick(Vocabulary.businessKinds)
        let name = random.pick(Vocabulary.businessNames)
        return random.chance(500) ? "\(kind) \"\(name)\"" : "\(kind) \(name)"
    }
}
