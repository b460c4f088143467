import Glibc
import Processes

/// A program of the stack, whose output and errors are appended to a log.
struct LoggedCommand: Sendable {
    /// What is started.
    var command: Command
    /// Where it writes.
    let log: String

    init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        directory: String,
        log: String
    ) {
        command = Command(
            program,
            arguments,
            environment: environment,
            directory: directory,
            output: .file(log)
        )
        self.log = log
    }

    /// Starts the program and returns at once: it outlives us.
    ///
    /// - Returns: Its process id.
    func start() throws(LocalStackError) -> Int32 {
        do {
            return try command.start()
        } catch {
            throw .cannotStart(error.program, errno: error.code)
        }
    }

    /// Starts the program and waits for its end.
    ///
    /// - Throws: ``LocalStackError`` with the end of the log when its status is not 0, or
    ///   `CancellationError`, after ending it.
    func run() async throws {
        let process = try watched()
        let end = await withTaskCancellationHandler {
            await process.end()
        } onCancel: {
            process.send(SIGKILL)
        }
        guard end != .exited(0) else { return }
        if end == .killed(by: SIGKILL) { try Task.checkCancellation() }
        throw LocalStackError.commandFailed(
            command.program,
            status: end.status,
            log: LogTail(path: log)
        )
    }

    private func watched() throws(LocalStackError) -> ChildProcess {
        do {
            return try ChildProcess(command)
        } catch {
            throw .cannotStart(error.program, errno: error.code)
        }
    }
}
