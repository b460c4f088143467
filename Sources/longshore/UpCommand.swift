import ArgumentParser
import Console
import Endpoints
import LocalStack

/// `longshore up`: the private stack of this machine.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Start a private RabbitMQ, Postgres and Redis on free loopback ports."
    )

    @Option(help: "Folder that holds the stack's data.")
    var stack = LocalStack.defaultDirectory

    @Flag(help: "Print `export` lines with the servers' URLs, passwords included.")
    var export = false

    func run() async throws {
        let local = LocalStack(directory: stack)
        let addresses = try await local.up()
        if export {
            for (name, url) in addresses.environment.sorted(by: { $0.key < $1.key }) {
                Output.print("export \(name)='\(url.revealed)'")
            }
            return
        }
        for line in try await local.status().servers {
            Output.print(
                "\(line.server.title) is \(line.condition.rawValue) on port \(line.port ?? 0)"
            )
        }
        Output.print("Stop it with: \(Invocation.current.command("down"))")
    }
}
