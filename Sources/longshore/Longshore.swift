import ArgumentParser
import Console
import MongoDB
import Planning

/// The command line: its subcommands, and the one place where errors become exit codes.
@main
struct Longshore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "longshore",
        abstract: "A fleet that loads data warehouses.",
        discussion: """
            A coordinator splits a load into one task per dimension and one per fact and period; \
            workers load Postgres; every period ends up loaded exactly once.

            Servers are named by LONGSHORE_AMQP_URL, LONGSHORE_POSTGRES_URL and LONGSHORE_REDIS_URL \
            (or …_FILE, a file that holds the URL). Without them the private stack of \
            `longshore up` is used.
            """,
        version: ProgramVersion.current,
        subcommands: [],
        groupedSubcommands: [
            CommandGroup(
                name: "Pipelines",
                subcommands: [
                    InitCommand.self, ProfileCommand.self, CheckCommand.self, PlanCommand.self,
                    PipelinesCommand.self, SchemaCommand.self, SealCommand.self,
                    UnsealCommand.self,
                ]
            ),
            CommandGroup(
                name: "Loading",
                subcommands: [
                    LoadCommand.self, WorkerCommand.self, CoordinatorCommand.self,
                    SchedulesCommand.self, AlertsCommand.self,
                ]
            ),
            CommandGroup(
                name: "Steering",
                subcommands: [
                    PauseCommand.self, ResumeCommand.self, CancelCommand.self, RetryCommand.self,
                    DeadCommand.self,
                ]
            ),
            CommandGroup(
                name: "Looking",
                subcommands: [
                    StatusCommand.self, WhyCommand.self, PeriodsCommand.self, RejectsCommand.self,
                    ExportsCommand.self, TraceCommand.self, MetricsCommand.self,
                    ProbeCommand.self, ConsoleCommand.self,
                ]
            ),
            CommandGroup(
                name: "The ledger",
                subcommands: [
                    LedgerCommand.self, ActionsCommand.self, PruneCommand.self, RolesCommand.self,
                ]
            ),
            CommandGroup(
                name: "This machine",
                subcommands: [
                    UpCommand.self, DownCommand.self, DoctorCommand.self,
                    GenerateCommand.self, TortureCommand.self,
                ]
            ),
        ]
    )

    static func main() async {
        takeAwaySharedCounters()
        Output.outliveReaders()
        do {
            try Invocation.refusePasswords(in: CommandLine.arguments.dropFirst())
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            CommandFailure.exit(with: nil)
        } catch {
            CommandFailure.exit(with: error)
        }
    }
}
