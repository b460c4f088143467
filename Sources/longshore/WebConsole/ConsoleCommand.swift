import ArgumentParser
import Console
import Endpoints
import Foundation
import Ledger
import Listening
import Pages
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
        let server = try WebServer(address, identity: identity)
        try await fleet.withLedger { ledger in
            server.serve(
                entry.site(
                    of: ledger,
                    access,
                    at: address,
                    port: server.port,
                    isSecure: identity != nil,
                    logger: fleet.logger
                )
            )
            try await ServiceGroup(
                services: [ConsoleService(server: server)],
                gracefulShutdownSignals: [.sigint, .sigterm],
                logger: fleet.logger
            )
            .run()
        }
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
