import Pipelines
import Planning
import Words

extension LedgerError {
    /// Everything that stands in the place of a pipeline's tables and that Longshore has not made.
    static func notMade(_ unknown: [UnknownRelation], _ pipeline: Pipeline) -> LedgerError {
        let lines = unknown.map { relation in
            "    `\(relation.name)` is \(relation.words)"
                + (relation.rows.map { " with \($0)" } ?? "")
                + (relation.fate.map { "; adopted, \($0)" } ?? ", which cannot be adopted")
        }
        let adoptable = unknown.filter { $0.fate != nil }.map { " --adopt \($0.name)" }.joined()
        return LedgerError(
            code: .unknownTable,
            description:
                "in the place of tables of `\(pipeline.name)` stands what Longshore has not made; "
                + "nothing was changed:\n" + lines.joined(separator: "\n")
                + "\nRename or move what is there, or let the pipeline have another schema (`warehouse: { schema: … }`)"
                + (adoptable.isEmpty
                    ? ""
                    : ". What Longshore is to have from now on is taken over with:\n"
                        + "    longshore load FOLDER\(adoptable)")
        )
    }

    /// Tables of a pipeline that are another's, each with its owner.
    static func ofAnotherPipeline(
        _ tables: [(name: String, owner: String)],
        _ pipeline: Pipeline
    ) -> LedgerError {
        let byOwner = Dictionary(grouping: tables, by: \.owner).sorted { $0.key < $1.key }
        let clauses = byOwner.map { owner, tables in
            tables.map { "`\(pipeline.schema).\($0.name)`" }.joined(separator: ", ")
                + agreeing(tables.count, " belongs", " belong") + " to the pipeline `\(owner)`"
        }
        let renames = byOwner.map { "longshore pipelines rename \($0.key) \(pipeline.name)" }
        return LedgerError(
            code: .othersTable,
            description: clauses.joined(separator: ", ")
                + ", and a table has one pipeline; nothing was changed. "
                + "Let `\(pipeline.name)` have a schema of its own (`warehouse: { schema: … }`) or other names "
                + "of tables. If it is the same pipeline under another name:\n    "
                + renames.joined(separator: "\n    ")
                + "\nA table that its pipeline has given up (neither its newest load has it nor one that runs) is "
                + "taken over with:\n    longshore load FOLDER"
                + tables.map { " --adopt \(pipeline.schema).\($0.name)" }.joined()
        )
    }

    /// Exports of a pipeline that are another's, each with its owner.
    static func exportsOfAnother(
        _ exports: [(name: String, owner: String)],
        _ pipeline: Pipeline
    ) -> LedgerError {
        let clauses = exports.map {
            "the export `\(pipeline.schema).\($0.name)` belongs to the pipeline `\($0.owner)`"
        }
        let renames = Set(exports.map(\.owner)).sorted()
            .map { "longshore pipelines rename \($0) \(pipeline.name)" }
        return LedgerError(
            code: .othersExport,
            description: clauses.joined(separator: ", ")
                + ", and an export has one pipeline; nothing was changed. "
                + "Let `\(pipeline.name)` have a schema of its own (`warehouse: { schema: … }`) or other names "
                + "of exports. If it is the same pipeline under another name:\n    "
                + renames.joined(separator: "\n    ")
                + "\nAn export that its pipeline has given up (neither its newest load has it nor one that runs) "
                + "belongs to whoever loads it next"
        )
    }

    /// A load has a task of an export that another pipeline has taken over since.
    static func exportWasTaken(_ export: ExportKey, by owner: String) -> LedgerError {
        LedgerError(
            code: .othersExport,
            description:
                "the export `\(export.schema).\(export.name)` belongs to the pipeline `\(owner)` by now: "
                + "nothing is delivered; cancel the load"
        )
    }

    /// A pipeline cannot be renamed while one of its loads is running.
    static func renamedWhileLoading(_ load: Int64, of pipeline: String) -> LedgerError {
        LedgerError(
            code: .inUse,
            description: "the load \(load) of `\(pipeline)` is running: rename when it has ended "
                + "(`longshore status \(load)`), or cancel it"
        )
    }

    /// The new name of a pipeline is one that the ledger knows already.
    static func nameIsTaken(_ new: String, insteadOf old: String) -> LedgerError {
        LedgerError(
            code: .othersTable,
            description:
                "the ledger has a pipeline `\(new)` beside `\(old)`; nothing was changed. If they are "
                + "to be one for good: longshore pipelines rename \(old) \(new) --merge"
        )
    }
}
