import ArgumentParser
import Ledger
import Pipelines

/// Tables that Longshore is to have from now on although it has not made them.
struct AdoptOption: ParsableArguments {
    @Option(
        name: .customLong("adopt"),
        help: ArgumentHelp(
            "Take over a table that Longshore has not made, or that its pipeline has given up; can be repeated.",
            discussion: "What happens to its rows is said where a load is refused without it.",
            valueName: "table"
        )
    )
    var tables: [String] = []

    /// The tables' names without their schema.
    ///
    /// - Throws: ``CommandFailure`` when one is no table of the pipeline.
    func names(in pipeline: Pipeline) throws -> Set<String> {
        let prefix = pipeline.schema + "."
        let known = pipeline.tableNames
        return try Set(
            tables.map { table in
                let name = table.hasPrefix(prefix) ? String(table.dropFirst(prefix.count)) : table
                guard known.contains(name) else {
                    throw CommandFailure(
                        .usage,
                        "`--adopt \(table)`: the pipeline `\(pipeline.name)` makes no such table; it makes "
                            + known.map { "`\(prefix)\($0)`" }.joined(separator: ", ")
                    )
                }
                return name
            }
        )
    }

    /// A line for each of the tables that need not be adopted, by their names without schema.
    func notes(onNeedless needless: Set<String>) -> [String] {
        needless.sorted()
            .map {
                "`--adopt \($0)` changes nothing: the table is the pipeline's already, or not there yet"
            }
    }
}
