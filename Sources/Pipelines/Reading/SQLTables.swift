/// The tables that a query reads: the names after `from` and `join`, without those of its own `with`.
///
/// It is no parser of SQL. It follows parentheses, the clauses of each SELECT and the scope of CTEs,
/// so that columns, aliases and CTEs that are called like a table are not taken for one. A CTE's own
/// body does not see its name, unless it is recursive: there the name is the table's.
struct SQLTables {
    /// The tables in the order of the text, some more than once.
    private(set) var tables: [Table] = []

    /// A table as it is written.
    struct Table: Hashable {
        var schema: String?
        var name: String
    }

    /// What is known between two parentheses.
    private struct Level {
        /// Whether a SELECT stands here, so that `from` is its clause and no part of `extract(… from …)`.
        var hasSelect = false
        var isInFrom = false
        var expectsTable = false
        /// The CTEs that are seen from here on.
        var ctes: Set<String> = []
        var isRecursive = false
        /// The CTE whose body this is.
        var cte: String?
    }

    private let tokens: [SQLScan.Token]
    private var index = 0
    private var levels = [Level()]
    /// A CTE whose body begins with the next parenthesis.
    private var nextCTE: String?

    /// The words that end the list of tables.
    private static let clauses: Set = [
        "where", "group", "having", "order", "limit", "offset", "fetch", "window", "for", "union",
        "except", "intersect",
    ]

    init(_ tokens: [SQLScan.Token]) {
        self.tokens = tokens
        while index < tokens.count { step() }
    }

    private var level: Level {
        get { levels[levels.count - 1] }
        set { levels[levels.count - 1] = newValue }
    }

    private func token(_ offset: Int) -> SQLScan.Token? {
        tokens.indices.contains(index + offset) ? tokens[index + offset] : nil
    }

    private mutating func step() {
        let token = tokens[index]
        switch token {
        case .sign("("): open()
        case .sign(")"): close()
        case .sign(","): level.expectsTable = level.isInFrom
        case .sign: break
        case .quoted(let name): visit(name)
        case .word(let word): visit(word: word)
        }
        index += 1
    }

    // MARK: Parentheses

    /// `from (a join b)` goes on with tables; a SELECT in parentheses ends that by itself.
    private mutating func open() {
        var inner = Level()
        inner.isInFrom = level.expectsTable
        inner.expectsTable = level.expectsTable
        inner.hasSelect = level.expectsTable
        inner.cte = nextCTE
        if let nextCTE, level.isRecursive { inner.ctes.insert(nextCTE) }
        nextCTE = nil
        level.expectsTable = false
        levels.append(inner)
    }

    private mutating func close() {
        guard levels.count > 1 else { return }
        let inner = levels.removeLast()
        if let cte = inner.cte { level.ctes.insert(cte) }
    }

    // MARK: Words

    private mutating func visit(word: String) {
        switch word {
        case "recursive": level.isRecursive = true
        case "select", "values":
            level.hasSelect = true
            level.isInFrom = false
            level.expectsTable = false
        // `with ordinality` behind a function begins nothing.
        case "with" where level.expectsTable || !level.isInFrom:
            level.isInFrom = false
            level.expectsTable = false
        case "from" where level.hasSelect && token(-1) != .word("distinct"):
            level.isInFrom = true
            level.expectsTable = true
        case "join" where level.hasSelect: level.expectsTable = true
        case "table" where isAtStart: level.expectsTable = true
        case "lateral", "only": break
        case _ where Self.clauses.contains(word):
            level.isInFrom = false
            level.expectsTable = false
        default: visit(word)
        }
    }

    /// Whether a query begins here, so that `table x` is one.
    private var isAtStart: Bool {
        switch token(-1) {
        case nil, .sign("("), .sign(")"), .word("union"), .word("all"), .word("except"),
            .word("intersect"):
            true
        default: false
        }
    }

    private mutating func visit(_ name: String) {
        if level.expectsTable {
            readTable(name)
        } else if let body = bodyOfCTE() {
            nextCTE = name
            index = body - 1
        }
    }

    private mutating func readTable(_ first: String) {
        level.expectsTable = false
        var parts = [first]
        while token(1) == .sign("."), let part = name(token(2)) {
            parts.append(part)
            index += 2
        }
        // A function: `from generate_series(1, 10)`.
        if token(1) == .sign("(") { return }
        guard let name = parts.last else { return }
        let schema = parts.count > 1 ? parts[parts.count - 2] : nil
        if schema == nil, levels.contains(where: { $0.ctes.contains(name) }) { return }
        tables.append(Table(schema: schema, name: name))
    }

    private func name(_ token: SQLScan.Token?) -> String? {
        switch token {
        case .word(let name), .quoted(let name): name
        default: nil
        }
    }

    /// The place of the parenthesis in `name [(columns)] as [[not] materialized] (`, when the name
    /// here is followed by that.
    private func bodyOfCTE() -> Int? {
        var place = index + 1
        if place < tokens.count, tokens[place] == .sign("(") {
            guard let end = tokens[place...].firstIndex(of: .sign(")")) else { return nil }
            place = end + 1
        }
        guard place < tokens.count, tokens[place] == .word("as") else { return nil }
        place += 1
        while place < tokens.count,
            [.word("not"), .word("materialized")].contains(tokens[place])
        {
            place += 1
        }
        return place < tokens.count && tokens[place] == .sign("(") ? place : nil
    }
}
