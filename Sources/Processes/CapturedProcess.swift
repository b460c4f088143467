import Foundation

/// A process whose output is kept; it goes to files, so that it can never block on a pipe.
package final class CapturedProcess: Sendable {
    /// What one run left.
    package struct Result: Sendable {
        /// How it ended.
        package let end: ChildProcess.End
        /// What it wrote to standard output.
        package let output: [UInt8]
        /// What it wrote to standard error.
        package let errors: [UInt8]

        /// Its output as text.
        package var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// The process itself, to ask and to signal.
    package let process: ChildProcess
    private let output: UnnamedFile
    private let errors: UnnamedFile

    /// Starts a program that reads `input`.
    ///
    /// The command's streams are replaced. With `joinsErrors`, errors are part of the output.
    ///
    /// - Throws: ``CannotStart``; `POSIXError` when there is no room for what it writes.
    package init(_ command: Command, input: [UInt8] = [], joinsErrors: Bool = false) throws {
        output = try UnnamedFile()
        errors = try UnnamedFile()
        let input = try UnnamedFile(input)
        var command = command
        command.input = .descriptor(input.descriptor)
        command.output = .descriptor(output.descriptor)
        command.errors = joinsErrors ? nil : .descriptor(errors.descriptor)
        process = try withExtendedLifetime(input) { try ChildProcess(command) }
    }

    /// What it has written to standard error until now.
    package var errorsSoFar: String { String(decoding: errors.bytes, as: UTF8.self) }

    /// Waits for the end.
    package func result() async -> Result { result(of: await process.end()) }

    /// Waits for the end, and blocks the thread until then.
    package func waitForResult() -> Result { result(of: process.waitForEnd()) }

    private func result(of end: ChildProcess.End) -> Result {
        Result(end: end, output: output.bytes, errors: errors.bytes)
    }
}
