public import Console
public import Inquiry
public import Ledger
public import Pipelines
import Planning

/// What is due, beside what is loaded now, in words.
public struct DueView {
    private let due: Due
    private let pipeline: Pipeline
    private let question: Question
    private let invocation: Invocation

    /// What somebody asked for.
    public enum Question: Sendable {
        /// All that is due.
        case due
        /// What is stale.
        case stale
        /// What would be loaded otherwise now.
        case changed
        /// What the command line names.
        case named
    }

    /// What is due of a pipeline, for who asked `question`; with commands as they were called.
    public init(
        _ due: Due,
        of pipeline: Pipeline,
        question: Question,
        _ invocation: Invocation
    ) {
        self.due = due
        self.pipeline = pipeline
        self.question = question
        self.invocation = invocation
    }

    /// Why there is nothing to load.
    public var nothing: String {
        switch question {
        case .stale: return "No period of \(pipeline.name) is stale."
        case .changed: return "Nothing of \(pipeline.name) has changed since it was loaded."
        case .due, .named:
            let states = due.awaited.isEmpty ? "loaded or closed" : "loaded, closed or awaited"
            return "Nothing is due: every period of \(pipeline.name) is \(states)."
        }
    }

    /// What is not as a load would make it, apart from what is loaded now, and how to load it.
    ///
    /// - Parameters:
    ///   - chosen: The labels of the periods that are loaded now; `nil` when nothing is.
    ///   - command: The command that loads the pipeline.
    /// - Returns: Lines of text.
    public func notes(apartFrom chosen: Set<String>?, command: String) -> [String] {
        let notes = due.notes(
            apartFrom: chosen,
            grain: pipeline.periods?.grain,
            hasAwaited: question == .due
        )
        guard question != .changed, due.hasChanged(apartFrom: chosen) else { return notes }
        let options = invocation.settings + invocation.reading + invocation.stack
        return notes + ["load what has changed: \(command) --changed\(options)"]
    }

    /// The loads of it that are not over, and what hinders them.
    public func hints(_ unfinished: [LoadReport]) -> [String] {
        unfinished.map { load in
            let running = "\(load.kind.rawValue) \(load.load) is running: "
            return (load.hindrance ?? "\(running)longshore status \(load.load)")
                + invocation.stack
        }
    }
}
