import Foundation

/// A private server, and the shell that ends it when nobody holds its input any more.
package struct PrivateServerProcess: ~Copyable {
    private let lifeline: Pipe
    private let shell: ChildProcess
    private let processID: Int32

    /// Starts a server and waits until it serves.
    ///
    /// - Parameters:
    ///   - program: Its name.
    ///   - arguments: What follows the name.
    ///   - ready: What it prints when it serves.
    ///   - folder: What is removed when it has ended; empty for nothing.
    /// - Throws: what it said when it did not start.
    package init(
        _ program: String,
        _ arguments: [String],
        ready: String,
        folder: String = ""
    ) throws {
        let (lifeline, output) = (Pipe(), Pipe())
        // Only the server keeps the output open, so that its end is seen if it does not start. The shell ends
        // after the server, whose port is refused only then.
        let script = """
            folder=$1; shift
            "$@" & echo $!; exec >/dev/null 2>&1; cat; kill -9 $!; wait $!
            [ -z "$folder" ] || rm -rf "$folder"
            """
        let shell = try ChildProcess(
            Command(
                "/bin/sh",
                ["-c", script, "sh", folder, program] + arguments,
                input: .descriptor(lifeline.fileHandleForReading.fileDescriptor),
                output: .descriptor(output.fileHandleForWriting.fileDescriptor)
            )
        )
        try lifeline.fileHandleForReading.close()
        try output.fileHandleForWriting.close()
        var text = ""
        while !text.contains(ready) {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { throw CocoaError(.executableLoad, userInfo: ["output": text]) }
            text += String(decoding: data, as: UTF8.self)
        }
        self.lifeline = lifeline
        self.shell = shell
        processID = text.split(separator: "\n").first.flatMap { Int32($0) } ?? 0
    }

    deinit {
        try? lifeline.fileHandleForWriting.close()
    }

    package borrowing func signal(_ number: Int32) {
        if processID > 0 { Foundation.kill(processID, number) }
    }

    package borrowing func kill() {
        signal(SIGKILL)
        try? lifeline.fileHandleForWriting.close()
        _ = shell.waitForEnd()
    }
}
