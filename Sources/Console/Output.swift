import Glibc
import Synchronization
import Words

/// The one way out: everything that a command writes to standard output and standard error.
///
/// Nothing passes as it is but ``data(_:)``, and that not to a terminal: whoever prints need not know
/// whether a text holds something foreign. Escape sequences of our own are a ``Drawing``, no text.
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

    /// Prints text on standard output, for people or as SQL and YAML of the program's own; what is
    /// invisible is made visible, but line ends.
    public static func print(_ text: String, terminator: String = "\n") {
        write(Array(VisibleText.lines(text + terminator).utf8))
    }

    /// Prints JSON, or a part of it, with the same meaning; what is invisible is escaped in JSON's way.
    public static func json(_ text: String) {
        write(Array(VisibleText.json(text).utf8))
    }

    /// Writes bytes that another program reads as they are; to a terminal, with the invisible visible.
    public static func data(_ bytes: [UInt8]) {
        guard isatty(STDOUT_FILENO) == 1 else { return write(bytes) }
        print(String(decoding: withPlainLineEnds(bytes), as: UTF8.self), terminator: "")
    }

    /// CR LF as LF; a CR alone stays, and is shown.
    private static func withPlainLineEnds(_ bytes: [UInt8]) -> [UInt8] {
        let next = bytes.dropFirst() + [0]
        return zip(bytes, next)
            .filter { $0 != (UInt8(ascii: "\r"), UInt8(ascii: "\n")) }
            .map(\.0)
    }

    /// Whether nothing more can be written: its reader has gone, or writing failed.
    public static var isOver: Bool { standardOutput.withLock(\.isOver) }

    /// Why standard output is not whole; `nil` when it is, or when nobody reads it.
    public static var failure: OutputError? { standardOutput.withLock(\.failure) }

    /// Tells people something beside the output, on standard error; that it cannot be written is nothing
    /// that could be told.
    public static func note(_ text: String) {
        draw(Drawing([.text(text + "\n")]))
    }

    /// Draws on standard error.
    public static func draw(_ drawing: Drawing) {
        var stream = OutputStream(STDERR_FILENO)
        stream.write(Array(drawing.sequence.utf8))
    }

    private static func write(_ bytes: [UInt8]) {
        standardOutput.withLock { $0.write(bytes) }
    }
}
