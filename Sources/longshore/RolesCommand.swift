import ArgumentParser
import Console
import Ledger
import Pipelines

/// `longshore roles`: the SQL for roles with no right too many.
struct RolesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roles",
        abstract: "Print the SQL that makes roles for coordinators, workers and readers.",
        discussion: """
            Pipe it into psql as a superuser, in the warehouse's database: \
            longshore roles pipelines/callcenter | psql -v ON_ERROR_STOP=1 -d warehouse. It can be run \
            again, and is for each new pipeline. No server is asked.
            """
    )

    @Argument(help: "Folders of pipelines, whose schemas the roles are for.")
    var pipelines: [String] = []

    @Option(
        name: .customLong("schema"),
        help: ArgumentHelp("Another schema; may be given again.", valueName: "name")
    )
    var schemas: [String] = []

    func validate() throws {
        for schema in schemas where !Self.isUsable(schema) {
            throw ValidationError(
                "`--schema \(schema)` is no pipeline's schema: expected a lower-case letter, then "
                    + "letters, digits and underscores, not `longshore`, `public` or `pg_…`"
            )
        }
    }

    func run() async throws {
        var all: [String] = []
        for pipeline in pipelines {
            all.append(try PipelineArgument.read(pipeline, parameters: [:]).pipeline.schema)
        }
        for schema in schemas { all.append(schema) }
        var seen: Set<String> = []
        Output.print(DatabaseRoles(schemas: all.filter { seen.insert($0).inserted }).sql)
    }

    /// What a definition may say, and not one of the server's or the ledger's own.
    private static func isUsable(_ schema: String) -> Bool {
        guard !["longshore", "public", "information_schema"].contains(schema),
            !schema.hasPrefix("pg_"), !schema.hasPrefix("longshore_")
        else { return false }
        return schema.wholeMatch(of: #/[a-z][a-z0-9_]{0,62}/#.matchingSemantics(.unicodeScalar))
            != nil
    }
}
