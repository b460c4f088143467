import TestSupport

/// Generated sources of the oracle's star schema: what several loads find, a folder each.
///
/// Histories come late, doubled and shuffled, some rows contradict others of the same instant, many
/// say nothing new, and of everything that can be wrong with a row some rows have it.
struct OracleSources {
    /// The files of each load, by name.
    private(set) var loads: [[String: String]]
    private var generator: SeededGenerator

    /// Histories of `agents` members, cut into `loads` loads.
    init(agents: Int, observations: Int, loads count: Int, seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        loads = Array(repeating: [:], count: count)
        let header =
            "agent_id,updated_at,hired_on,phone,team,level,grade_code,shop_city,shop_number"
        scatter("agents.csv", header, observations) { $0.agent(of: agents) }
        scatter("regions.csv", "region_code,name,founded", 200) { $0.region() }
        scatter("shops.csv", "city,number,name,opened_on,region_code", 1_000) { $0.shop() }
        scatter("clients.csv", "client_id,seen_at,name,segment", 10_000) { $0.client() }
        let facts = [
            ("grades.csv", grades()), ("visits.csv", visits(4_000, agents: agents)),
            ("sales_2024-01.csv", sales(6_000, month: 1, agents: agents)),
            ("sales_2024-02.csv", sales(6_000, month: 2, agents: agents)),
            ("sales_2024-03.csv", sales(6_000, month: 3, agents: agents)),
        ]
        for (name, text) in facts {
            for load in loads.indices { loads[load][name] = text }
        }
    }

    /// Puts rows into the loads at random; one of twenty comes once more, in whatever load.
    private mutating func scatter(
        _ file: String,
        _ header: String,
        _ count: Int,
        _ row: (inout OracleSources) -> String
    ) {
        var parts = Array(repeating: [String](), count: loads.count)
        for _ in 0..<count {
            let text = row(&self)
            parts[number(parts.count)].append(text)
            if number(20) == 0 { parts[number(parts.count)].append(text) }
        }
        for (load, lines) in parts.enumerated() {
            let shuffled = lines.shuffled(using: &generator)
            loads[load][file] = ([header] + shuffled).joined(separator: "\n") + "\n"
        }
    }

    // MARK: Chance

    private mutating func number(_ bound: Int) -> Int {
        Int.random(in: 0..<bound, using: &generator)
    }

    private mutating func one(of choices: String...) -> String { choices[number(choices.count)] }

    /// `usual`, or, once in many times, one of the others.
    private mutating func mostly(_ usual: String, _ others: String...) -> String {
        number(150) == 0 ? others[number(others.count)] : usual
    }

    private mutating func day() -> String {
        "202\(3 + number(2))-\(digits(1 + number(12)))-\(digits(1 + number(28)))"
    }

    /// Few times of the day, so that some are the same.
    private mutating func time() -> String { "\(day()) \(hour())" }

    private mutating func hour() -> String { "\(digits(8 * number(3))):00:00" }

    private func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// As people write the same code.
    private mutating func noisy(_ code: String) -> String {
        [code, code.lowercased(), " \(code)", "\(code) "][number(4)]
    }

    // MARK: Dimensions

    private mutating func agent(of agents: Int) -> String {
        let fields = [
            mostly(noisy("A\(number(agents))"), "", "  ", "B7"),
            mostly(time(), "", "2024-02-30 00:00:00", "2024-01-01", "01/02/2024 10:00:00"),
            mostly(number(3) == 0 ? "" : day(), "2023-02-29"),
            mostly("0\(number(9)) - \(number(900))", "", "0123456789"),
            mostly(one(of: "north", " South", "EAST ", "west"), "", "middle"),
            mostly("\(1 + number(5))", "", "0", "6", "two"),
            mostly("G\(number(6))", "", "G99"),
            number(9) == 0 ? "" : noisy("City\(number(20))"),
            number(9) == 0 ? "" : "\(number(14))",
        ]
        return joined(fields)
    }

    private mutating func region() -> String {
        joined([
            mostly(noisy("R\(number(30))"), ""), "Region   \(number(9)) of",
            mostly("\(1900 + number(99))", "", "1899", "old"),
        ])
    }

    private mutating func shop() -> String {
        joined([
            mostly(noisy("City\(number(20))"), ""), mostly("\(number(12))", "", "1a"),
            "Shop \(number(99))", mostly(day(), "", "2023-13-01"),
            number(20) == 0 ? "" : noisy("R\(number(35))"),
        ])
    }

    private mutating func client() -> String {
        joined([
            mostly("\(number(3_000))", "", "c1"), mostly(time(), "", "yesterday"),
            "Client \(number(99))", one(of: "", "retail", "trade", "export"),
        ])
    }

    private mutating func grades() -> String {
        var text = "grade_code,since,pay,title\n"
        for grade in 0..<6 {
            for _ in 0..<8 { text += "G\(grade),\(day()),\(number(3))00.50,Title \(number(5))\n" }
        }
        return text
    }

    /// Now and then a field too many.
    private mutating func joined(_ fields: [String]) -> String {
        (number(400) == 0 ? fields + ["more"] : fields).joined(separator: ",")
    }

    // MARK: Facts

    private mutating func sales(_ count: Int, month: Int, agents: Int) -> String {
        var lines: [String] = []
        for _ in 0..<count {
            let isAgain = number(30) == 0
            if isAgain, number(2) == 0, let line = lines.randomElement(using: &generator) {
                lines.append(line)
            } else {
                let id = isAgain ? number(lines.count + 1) : lines.count
                lines.append(sale("S\(id)", month: month, agents: agents))
            }
        }
        let header =
            "sale_id,sold_at,quantity,price,status,coupon,note,paid_on,express,seller,helper,"
            + "client_id,shop_city,shop_number"
        return ([header] + lines).joined(separator: "\n") + "\n"
    }

    private mutating func sale(_ id: String, month: Int, agents: Int) -> String {
        let isOnTheHour = number(2) == 0
        let minute = "\(digits(number(24))):\(digits(number(60))):00"
        let time = "\(digits(1 + number(28))) \(isOnTheHour ? hour() : minute)"
        let isVoid = number(9) == 0
        let fields = [
            mostly(id, ""),
            mostly(
                "2024-0\(month)-\(time)",
                "",
                "2024-0\(month + 1)-\(time)",
                "2024-02-30 10:00:00"
            ),
            mostly("\(1 + number(100))", "", "0", "-3", "101", "1.5"),
            isVoid
                ? mostly("0", "1")
                : mostly("\(number(900)).\(digits(number(100)))", "", "-1", "1.5.1"),
            isVoid ? " Void" : mostly(one(of: "open", "PAID ", ""), "lost"),
            mostly("", "AB12", "AB123", "ab12"),
            mostly("", "twenty characters ok", "twenty-one characters"),
            mostly(day(), "", "2024-00-10"),
            mostly(one(of: "yes", "no", "True", "0", ""), "perhaps"),
            mostly(noisy("A\(number(agents + 50))"), ""),
            number(5) == 0 ? noisy("A\(number(agents * 2))") : "",
            mostly(inferableClient(), "", "x1"),
            number(9) == 0 ? "" : noisy("City\(number(21))"),
            number(9) == 0 ? "" : "\(number(15))",
        ]
        return joined(fields)
    }

    /// None that visits name: whether these know a member that sales infer at the same time depends on
    /// which task comes first.
    private mutating func inferableClient() -> String { "\(number(82) * 40 + 1 + number(39))" }

    private mutating func visits(_ count: Int, agents: Int) -> String {
        var text = "visited_on,channel,minutes,client_id,agent_id\n"
        for _ in 0..<count {
            let fields = [
                mostly("2024-01-0\(1 + number(9))", "", "2024-1-1"), one(of: "", "shop", "phone"),
                mostly("\(number(60))", "", "long"),
                mostly("\(number(100) * 40)", "", "x"),
                mostly(noisy("A\(number(agents + 10))"), ""),
            ]
            text += joined(fields) + "\n"
        }
        return text
    }
}
