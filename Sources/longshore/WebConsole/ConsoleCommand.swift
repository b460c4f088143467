import ArgumentParser
import Console
import Dashboards
import Endpoints
import Foundation
import Ledger
import Listening
import Logging
import Pages
import Planning
import Postgres
import ServiceLifecycle
import UnixSignals
import WebConsole

/// `longshore console`: pages for people who look.
struct ConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Show periods, loads and rejects in a browser.",
        discussion: """
            Without `--tokens` and `--trust-proxy` it prints an address with a token that lets one person in, \
            as operator, and it listens on this machine alone.
            """
    )

    @Option(
        help: ArgumentHelp(
            "Where to listen: `127.0.0.1:8080`, or `:8080` for all addresses.",
            valueName: "address"
        )
    )
    var listen = "127.0.0.1:8080"

    @OptionGroup var entry: ConsoleEntryOptions
    @OptionGroup var dashboards: ConsoleDashboardOptions
    @OptionGroup var options: FleetOptions

    func run() async throws {
        guard let address = ListenAddress(listen) else {
            throw CommandFailure(
                .usage,
                "`\(listen)` is no address to listen at; expected `127.0.0.1:8080`, `[::1]:8080` or `:8080`"
            )
        }
        let identity = try ListenOptions.identity(ProcessInfo.processInfo.environment)
        let access = try entry.access(at: address, isSecure: identity != nil)
        let fleet = try await options.fleet()
        try await fleet.withLedger(upgrades: false) { ledger in
            try await Self.prepare(ledger)
            let reader = try ConsoleReader.configuration(orElse: fleet.postgres)
            let desks = ReadingDesks(4) { LedgerDesks.reading(reader, fleet: fleet.name) }
            let redis = FleetStore(fleet.inForeground(), ledger)
            let shelf = try dashboards.shelf(orElse: reader)
            try await closing({
                await redis.close()
                await shelf.desk.close()
                await desks.close()
            }) {
                let server = try WebServer(address, identity: identity)
                let origins = entry.origins(
                    at: address,
                    port: server.port,
                    isSecure: identity != nil
                )
                Output.print("the console is at \(origins[0])/\(entry.invitation(access))")
                var site = ConsoleSite(
                    desks: desks,
                    ledger: ledger,
                    access: access,
                    origins: Set(origins),
                    log: ConsoleLog(logger: fleet.logger).note
                )
                site.noteLook = ConsoleLog(logger: fleet.logger).noteLook
                site.dashboards = shelf
                site.servers = ConsoleServers(fleet.inForeground(), ledger, redis)
                let answered = site
                server.serve { await answered.respond($0) }
                try await ServiceGroup(
                    services: [ConsoleService(server: server)],
                    gracefulShutdownSignals: [.sigint, .sigterm],
                    logger: fleet.logger
                )
                .run()
            }
        }
    }

    /// Pages only read: the ledger is made by the login that acts.
    ///
    /// - Throws: `LedgerError` where an older one would have to be brought up to date, `NewerLedger`; a server that does not
    ///   answer is told on the pages.
    private static func prepare(_ ledger: LedgerDesks) async throws {
        do {
            try await ledger.open()
        } catch let error as LedgerError where error.code == .olderLedger {
            throw error
        } catch let error as NewerLedger {
            throw error
        } catch {}
    }
}

/// What pages read the ledger by.
enum ConsoleReader {
    /// The login of `LONGSHORE_CONSOLE_POSTGRES_URL`, or of the file that its variable names; else the one that is given.
    static func configuration(
        _ name: String = "CONSOLE_POSTGRES",
        orElse coordinator: PostgresConfiguration
    ) throws -> PostgresConfiguration {
        let environment = ProcessInfo.processInfo.environment
        guard let url = try FleetOptions.url(name, in: environment) else { return coordinator }
        var configuration = try PostgresConfiguration(
            url: url,
            allowsPlaintext: environment["LONGSHORE_ALLOW_PLAINTEXT"] == "1"
        )
        configuration.loginFile = FleetOptions.file(name, in: environment)
        return configuration
    }
}

/// What the console's log says of requests.
struct ConsoleLog: Sendable {
    let logger: Logger

    /// Notes a request of somebody who is known.
    @Sendable func note(_ visit: ConsoleSite.Visit, status: Int, trouble: String?) {
        var metadata: Logger.Metadata = [
            "person": "\(visit.viewer.name)",
            "path": "/\(visit.request.path.joined(separator: "/"))", "status": "\(status)",
        ]
        guard let trouble else { return logger.info("a page was asked for", metadata: metadata) }
        metadata["error"] = "\(trouble)"
        logger.error("a page could not be shown", metadata: metadata)
    }

    /// Notes that somebody looks at raw rows.
    @Sendable func noteLook(_ visit: ConsoleSite.Visit, at what: String) {
        logger.notice(
            "somebody looks at raw rows",
            metadata: ["person": "\(visit.viewer.name)", "rows": "\(what)"]
        )
    }
}

/// The console as long as the program runs.
struct ConsoleService: Service {
    let server: WebServer

    func run() async throws {
        try? await gracefulShutdown()
        await server.close()
    }
}
