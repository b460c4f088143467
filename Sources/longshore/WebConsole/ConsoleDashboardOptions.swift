import ArgumentParser
import Dashboards
import Foundation
import Postgres

/// Which dashboards the console shows.
struct ConsoleDashboardOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A pipeline's folder, or one that has several: their dashboards are shown; it may be given several times. "
                + "Default: this folder, and `pipelines` in it.",
            valueName: "folder"
        )
    )
    var pipelines: [String] = []

    /// The dashboards, whose figures are read with the rights of `LONGSHORE_READER_POSTGRES_URL`.
    ///
    /// - Throws: ``CommandFailure`` for a file that cannot be read, and what is wrong with the URL.
    func shelf(orElse console: PostgresConfiguration) throws -> DashboardShelf {
        DashboardShelf(
            folders: pipelines.isEmpty ? [".", "pipelines"] : pipelines,
            desk: DashboardDesk(try Self.reader(orElse: console))
        )
    }

    /// The login that readers of the warehouse have, where one is given; else another one.
    static func reader(orElse other: PostgresConfiguration) throws -> PostgresConfiguration {
        try ConsoleReader.configuration("READER_POSTGRES", orElse: other)
    }
}
