import Words

/// Columns that some inputs of a task do not have, and that are read as empty there.
struct AbsentColumns {
    private var inputs: [(column: ExactText, first: String, count: Int)] = []

    /// Adds the columns that an input lacks.
    mutating func add(_ columns: [ExactText], input: String) {
        for column in columns {
            if let place = inputs.firstIndex(where: { $0.column == column }) {
                inputs[place].count += 1
            } else {
                inputs.append((column, input, 1))
            }
        }
    }

    /// A sentence for each column.
    var warnings: [String] {
        inputs.map { column, first, count in
            let others = count == 1 ? "" : " and \(counted(count - 1, "other"))"
            return "`\(first)`\(others) has no column `\(column)`, which is empty there"
        }
    }
}
