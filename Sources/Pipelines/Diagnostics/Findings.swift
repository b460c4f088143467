import Words

/// The problems found so far in a definition, and the texts they are shown with.
final class Findings {
    private(set) var diagnostics: [Diagnostic] = []
    private var sources: [String: SourceText] = [:]
    /// Where values begin that no problem of their line may show.
    private var concealed: [Span] = []
    private var errors = 0

    /// Problems that are told; somebody who has as many looks at no more.
    private static let mostTold = 200
    /// Characters of a line that are shown with a problem at most, the `…` of a longer one among them; and
    /// those in which passwords are looked for.
    private static let mostShown = 1_000
    private static let mostMasked = 1_500

    var hasErrors: Bool { errors > 0 }

    /// The problems in the order of the text, each once.
    var sorted: [Diagnostic] {
        var seen: Set<Diagnostic> = []
        let told = diagnostics.map(concealing).filter { seen.insert($0).inserted }
        return (told + [rest(behind: told)].compactMap(\.self).map(concealing))
            .sorted { left, right in
                // The definition itself comes before the files it names.
                if left.file != right.file {
                    return left.file == DefinitionBundle.mainFile
                        || right.file != DefinitionBundle.mainFile && left.file < right.file
                }
                return left.position == right.position
                    ? left.message < right.message : left.position < right.position
            }
    }

    func addSource(_ source: SourceText) {
        sources[source.path] = source
    }

    /// A line of a file, from 1.
    func line(_ number: Int, of file: String) -> String? {
        sources[file]?.line(number)
    }

    /// Has the line of `span` shown only as far as the span, whatever else is wrong with it.
    func conceal(_ span: Span) {
        concealed.append(span)
    }

    private func concealing(_ diagnostic: Diagnostic) -> Diagnostic {
        let columns = concealed.filter { span in
            span.file == diagnostic.file && span.position.line == diagnostic.position.line
        }
        guard let column = columns.map(\.position.column).min(), let line = diagnostic.sourceLine
        else { return diagnostic }
        var shown = diagnostic
        let scalars = line.unicodeScalars
        let stars = String(repeating: "*", count: max(0, scalars.count - column + 1))
        shown.sourceLine = String(scalars.prefix(column - 1)) + stars
        return shown
    }

    /// Records a problem of `span`; with `hidesValue` the line is shown only as far as the span.
    ///
    /// After many others it is only counted.
    func add(
        _ code: Diagnostic.Code,
        at span: Span,
        severity: Diagnostic.Severity = .error,
        _ message: String,
        expected: String? = nil,
        suggestion: String? = nil,
        note: String? = nil,
        hidesValue: Bool = false
    ) {
        let isTold = hasRoom(for: severity)
        if severity == .error { errors += 1 }
        guard isTold else { return }
        let source = sources[span.file]
        let position = source?.clamped(span.position) ?? span.position
        var line = source?.line(position.line).map(Self.shown)
        if hidesValue {
            line = line.map { String($0.unicodeScalars.prefix(position.column - 1)) + "***" }
        }
        diagnostics.append(
            Diagnostic(
                severity: severity,
                code: code,
                file: span.file,
                position: position,
                length: hidesValue ? 3 : max(1, span.length),
                message: message,
                expected: expected,
                suggestion: suggestion,
                note: note,
                sourceLine: line
            )
        )
    }
}

extension Findings {
    /// Whether one more is told: an error also behind many warnings.
    private func hasRoom(for severity: Diagnostic.Severity) -> Bool {
        severity == .error ? errors < Self.mostTold : diagnostics.count < Self.mostTold
    }

    /// The beginning of a line, without passwords.
    private static func shown(_ line: String) -> String {
        let start = String(line.unicodeScalars.prefix(mostMasked))
        let rest = start.utf8.count == line.utf8.count ? "" : "…"
        return VisibleText.shortened(PasswordMask.masked(start) + rest, to: mostShown)
    }

    /// What says that there are more problems than are told; `nil` when there are none.
    private func rest(behind told: [Diagnostic]) -> Diagnostic? {
        let more = errors - diagnostics.count { $0.severity == .error }
        guard more > 0 else { return nil }
        let shown = told.count { $0.severity == .error }
        let main = sources[DefinitionBundle.mainFile]
        return Diagnostic(
            severity: .error,
            code: .problemsMore,
            file: DefinitionBundle.mainFile,
            position: .start,
            length: 1,
            message:
                "there are \(counted(more, "problem")) more than the \(shown) that are told",
            expected: nil,
            suggestion: nil,
            note: nil,
            sourceLine: main?.line(1).map(Self.shown)
        )
    }
}

/// A piece of a file: where it begins and how much of its line it takes.
struct Span: Hashable {
    var file: String
    var position: Diagnostic.Position
    var length: Int

    /// The beginning of a file.
    static func start(of file: String) -> Span {
        Span(file: file, position: .start, length: 1)
    }
}
