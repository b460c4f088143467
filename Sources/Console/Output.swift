import Glibc
import Synchronization
import Words

/// The one way out: everything that a command writes to standard output and standard error.
///
/// A command never fails in the middle because of it. When standard output cannot be written, the rest
/// is left out and ``failure`` says why; the program asks for it at its end. A reader that has gone
/// (`| head -1`) wants no more, which is no failure.
public enum Output {
    private static let standardOutput = Mutex(OutputStream(STDOUT_FILENO))

    /// Makes a closed pipe, and a file that may not grow any more, errors of writing: by default they
    /// would kill the process, and a load.
    public static func outliveReaders() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Prints lines for people on standard output; what is invisible is made visible.
    public static func print(_ text: String, terminator: String = "\n") {
        write(Array(VisibleText.lines(text + terminator).utf8))
    }

    /// Writes text that another program reads (JSON, SQL, YAML) as it is.
    public static func write(_ text: String) {
        write(Array(text.utf8))
    }

    /// Writes bytes that another program reads as they are; to a terminal, with the invisible visible.
    public static func data(_ bytes: [UInt8]) {
        guard isatty(STDOUT_FILENO) == 1 else { return write(bytes) }
        print(String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n"), terminator: "")
    }

    /// Whether nothing more can be written: its reader has gone, or writing failed.
    public static var isOver: Bool { standardOutput.withLock(\.isOver) }

    /// Why standard output is not whole; `nil` when it is, or when nobody reads it.
    public static var failure: OutputError? { standardOutput.withLock(\.failure) }

    /// Tells people something beside the output, on standard error; that it cannot be written is nothing
    /// that could be told.
    public static func note(_ text: String) {
        draw(VisibleText.lines(text) + "\n")
    }

    /// Writes a drawing with its escape sequences to standard error, as it is.
    public static func draw(_ text: String) {
        var stream = OutputStream(STDERR_FILENO)
        stream.write(Array(text.utf8))
    }

    private static func write(_ bytes: [UInt8]) {
        standardOutput.withLock { $0.write(bytes) }
    }
}
