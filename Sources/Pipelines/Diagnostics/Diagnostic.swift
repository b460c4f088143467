internal import Words

/// One problem of a definition: where it is, what is wrong, and what was expected.
public struct Diagnostic: Error, Sendable, Hashable {
    /// How bad it is.
    public var severity: Severity
    /// What kind of problem it is.
    public var code: Code
    /// The path of the file in the pipeline's folder: `pipeline.yaml`.
    public var file: String
    /// Where the offending key or value begins.
    public var position: Position
    /// How many characters of the line the offending text takes, at least 1.
    public var length: Int
    /// What is wrong, with the offending text in backticks.
    public var message: String
    /// What would have been right.
    public var expected: String?
    /// The known name that is nearest to the offending one.
    public var suggestion: String?
    /// What else helps.
    public var note: String?
    /// The line of the file, without secrets; `nil` when the file cannot be read.
    public var sourceLine: String?

    /// Creates a diagnostic.
    public init(
        severity: Severity,
        code: Code,
        file: String,
        position: Position,
        length: Int = 1,
        message: String,
        expected: String? = nil,
        suggestion: String? = nil,
        note: String? = nil,
        sourceLine: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.file = file
        self.position = position
        self.length = length
        self.message = message
        self.expected = expected
        self.suggestion = suggestion
        self.note = note
        self.sourceLine = sourceLine
    }

    /// How bad a problem is.
    public enum Severity: String, Sendable, Hashable {
        /// The pipeline cannot be used.
        case error
        /// The pipeline can be used, but is probably not what was meant.
        case warning
    }

    /// A place in a text file.
    public struct Position: Sendable, Hashable, Comparable, CustomStringConvertible {
        /// The line, from 1.
        public var line: Int
        /// The column in Unicode scalars, from 1.
        public var column: Int

        /// Creates a position.
        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        /// The first character of a file.
        public static let start = Position(line: 1, column: 1)

        /// `line:column`.
        public var description: String { "\(line):\(column)" }

        /// The earlier of two places.
        public static func < (left: Position, right: Position) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }
}

extension Diagnostic: CustomStringConvertible {
    /// One line: `file:line:column: error: message, did you mean …? [code]`.
    public var description: String {
        let hint = suggestion.map { "; did you mean `\($0)`?" } ?? ""
        return VisibleText.line(
            "\(file):\(position): \(severity.rawValue): \(message)\(hint) [\(code.rawValue)]"
        )
    }
}
