import Ledger
import Markup
import Planning
import Words

/// The tables of a load as boxes, each behind what it needs.
struct LoadGraph {
    private let tables: [LoadAnatomy.Table]
    private let load: Int64
    /// The column of each table, from 0, and its place in it.
    private var places: [String: (column: Int, row: Double)] = [:]
    private var edges: [(from: String, to: String)] = []

    private static let box = (width: 186.0, height: 50.0)
    private static let step = (x: 262.0, y: 58.0)

    init(_ anatomy: LoadAnatomy, ofLoad load: Int64) {
        tables = anatomy.tables
        self.load = load
        let needs = Dictionary(uniqueKeysWithValues: tables.map { ($0.id, $0.needs) })
        edges = Self.edges(needs, order: tables.map(\.id))
        let columns = Self.columns(tables.map(\.id), edges)
        let heights = Dictionary(grouping: columns.values, by: { $0 }).mapValues(\.count)
        let highest = heights.values.max() ?? 0
        var used: [Int: Int] = [:]
        for table in tables {
            let column = columns[table.id] ?? 0
            let row = used[column, default: 0]
            used[column] = row + 1
            // Columns stand around the middle of the highest.
            let offset = Double(highest - (heights[column] ?? 0)) / 2
            places[table.id] = (column, Double(row) + offset)
        }
    }

    /// Only what no other way says: who needs what needs a third needs the third, too.
    private static func edges(
        _ needs: [String: [String]],
        order: [String]
    ) -> [(from: String, to: String)] {
        var reached: [String: Set<String>] = [:]
        func behind(_ id: String) -> Set<String> {
            if let known = reached[id] { return known }
            reached[id] = []
            let all = (needs[id] ?? [])
                .reduce(into: Set<String>()) { all, need in
                    all.insert(need)
                    all.formUnion(behind(need))
                }
            reached[id] = all
            return all
        }
        return order.flatMap { id in
            let own = needs[id] ?? []
            return own.filter { need in !own.contains { $0 != need && behind($0).contains(need) } }
                .map { ($0, id) }
        }
    }

    /// Each as far to the right as what needs it allows.
    private static func columns(
        _ ids: [String],
        _ edges: [(from: String, to: String)]
    ) -> [String: Int] {
        var depth = Dictionary(uniqueKeysWithValues: ids.map { ($0, 0) })
        let followers = Dictionary(grouping: edges, by: \.from).mapValues { $0.map(\.to) }
        // The plan's order: whoever needs something comes behind it.
        for id in ids.reversed() {
            depth[id] = (followers[id] ?? []).map { (depth[$0] ?? 0) + 1 }.max() ?? 0
        }
        let deepest = depth.values.max() ?? 0
        return depth.mapValues { deepest - $0 }
    }

    var content: Markup {
        let columns = (places.values.map(\.column).max() ?? 0) + 1
        let rows = (places.values.map(\.row).max() ?? 0) + 1
        let width = Double(columns - 1) * Self.step.x + Self.box.width + 8
        let height = (rows - 1) * Self.step.y + Self.box.height + 6
        return svg(
            .view(width, height),
            .class("graph"),
            .role("img"),
            .label(words)
        ) {
            for edge in edges { self.edge(edge.from, edge.to) }
            for table in tables { node(table) }
        }
    }

    private func corner(_ id: String) -> (x: Double, y: Double) {
        let place = places[id] ?? (0, 0)
        return (Double(place.column) * Self.step.x + 4, place.row * Self.step.y + 3)
    }

    private func isHot(_ id: String) -> Bool {
        guard let table = tables.first(where: { $0.id == id }) else { return false }
        return (table.tasks[.running] ?? 0) > 0
    }

    private func edge(_ from: String, _ to: String) -> Markup {
        let (start, end) = (corner(from), corner(to))
        let (x1, y1) = (start.x + Self.box.width, start.y + Self.box.height / 2)
        let (x2, y2) = (end.x, end.y + Self.box.height / 2)
        let middle = (x1 + x2) / 2
        let outline = "M\(at(x1, y1))C\(at(middle, y1)) \(at(middle, y2)) \(at(x2, y2))"
        return path(.class(isHot(to) ? "edge hot" : "edge"), .outline(outline))
    }

    private func at(_ x: Double, _ y: Double) -> String {
        "\(Int(x.rounded())) \(Int(y.rounded()))"
    }

    private func node(_ table: LoadAnatomy.Table) -> Markup {
        let (x, y) = corner(table.id)
        let bar = TaskBar(tasks: table.tasks, width: Self.box.width - 20, height: 6)
        return group(.tip(table.id, tips(table))) {
            rect(
                .class(isHot(table.id) ? "node hot" : "node"),
                .box(x, y, Self.box.width, Self.box.height, radius: 5)
            )
            svgText(.class("nt"), .place(x + 10, y + 18)) {
                VisibleText.shortened(Self.name(table), to: 25)
            }
            svgText(.class("ns"), .place(x + 10, y + 32)) { note(table) }
            bar.parts(x: x + 10, y: y + 39)
        }
    }

    static func name(_ table: LoadAnatomy.Table) -> String {
        "\(table.kind == .dimension ? "dim" : table.kind.rawValue) \(table.name)"
    }

    private func note(_ table: LoadAnatomy.Table) -> String {
        let done = table.tasks[.done] ?? 0
        let rows = "\(grouped(table.loaded)) rows"
        guard table.total > 1 else { return done == 1 ? rows : table.tasks.keys.first?.words ?? "" }
        return "\(grouped(done)) of \(grouped(table.total)) · \(rows)"
    }

    private func tips(_ table: LoadAnatomy.Table) -> KeyValuePairs<String, String> {
        [
            "tasks": TaskBar(tasks: table.tasks, width: 0, height: 0).words,
            "read": grouped(table.read), "loaded": grouped(table.loaded),
            "rejected": grouped(table.rejected),
        ]
    }

    /// What it shows, for who does not see it.
    private var words: String {
        let parts = tables.map { table in
            "\(table.id): \(TaskBar(tasks: table.tasks, width: 0, height: 0).words)"
                + (table.needs.isEmpty ? "" : ", needs \(table.needs.joined(separator: ", "))")
        }
        return "Graph of \(counted(tables.count, "table")). " + parts.joined(separator: "; ")
    }
}
