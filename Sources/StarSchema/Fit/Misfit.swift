/// A table that a load cannot bring to what its definition says without losing something, and the SQL
/// that does it.
struct Misfit {
    /// `schema.table`.
    let table: String
    /// What is wrong with it, in short.
    var opening = "does not fit the definition"
    /// What differs, as clauses of a sentence.
    let problems: [String]
    /// Statements, each with its semicolon, and comments that say what comes after them.
    let statements: [String]
}

extension StarSchemaError {
    /// Every table that does not fit, and all statements, in the order in which they are to be run.
    static func destructive(_ misfits: [Misfit]) -> StarSchemaError {
        let tables = misfits.map {
            "the table `\($0.table)` \($0.opening): "
                + $0.problems.joined(separator: "; ")
        }
        // Tables that are loaded anew by one command need it once, behind all statements.
        let all = misfits.flatMap(\.statements)
        let lines = all.enumerated()
            .filter { index, line in
                !line.hasPrefix(Reload.prefix) || !all[(index + 1)...].contains(line)
            }
            .map(\.element)
        return StarSchemaError(
            code: .destructiveChange,
            description: tables.joined(separator: ". Besides, ")
                + ". Longshore does not destroy data by itself; this would do it:\n    "
                + lines.joined(separator: "\n    ")
        )
    }
}
