import Synchronization
import Values

/// A regular expression that a whole text must match.
///
/// The language is Longshore's own: what can be decided by reading the text once, a Unicode scalar at a
/// time. So the time grows with the text's length and the pattern's size and no faster, whatever both
/// hold, and there are no back-references and no looking ahead (docs/decisions/0042).
public struct Pattern: Sendable {
    private let program: PatternProgram
    private let spare = SpareRun()

    /// Reads a regular expression.
    ///
    /// - Throws: ``PatternError`` when it is none, or is larger than a pattern may be.
    public init(_ source: String) throws(PatternError) {
        program = PatternProgram(try PatternParser.parse(source))
    }

    /// Up to this many bytes each text is told whether it matches; a longer one may take too many steps,
    /// and does not match then.
    ///
    /// For each scalar a step is reached at most once, and given the scalar at most once.
    static let alwaysTold = PatternProgram.mostSteps / (2 * PatternTree.largest)

    func matches(_ text: ByteView) -> Bool {
        var run = spare.take() ?? PatternRun(program)
        defer { spare.keep(run) }
        return run.matches(text)
    }
}

/// A run that is over, for the next text: to make one takes longer than to match a short text.
private final class SpareRun: Sendable {
    private let run = Mutex<PatternRun?>(nil)

    /// The run; none where another thread has it.
    func take() -> PatternRun? { run.withLock { $0.take() } }

    func keep(_ over: PatternRun) { run.withLock { $0 = over } }
}

/// What is wrong with a regular expression.
public struct PatternError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in words.
    public let description: String
}
