import ArgumentParser
import Console
import LocalStack

/// `longshore down`: the end of the private stack.
struct DownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Stop the private stack; its data stays for the next `longshore up`."
    )

    @Option(help: "Folder that holds the stack's data.")
    var stack = LocalStack.defaultDirectory

    @Flag(help: "Remove the data too.")
    var purge = false

    func run() async throws {
        try await LocalStack(directory: stack).down(removingData: purge)
        Output.print(purge ? "The stack is stopped, its data removed." : "The stack is stopped.")
    }
}
