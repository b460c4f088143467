import Pipelines

/// What definitions may make a process read: the variables that their sources name, and the places where
/// files of sources lie.
public struct SourceEnvironment: Sendable {
    /// Where files of sources lie.
    let places: SourcePlaces
    private let names: VariableNames?
    private let lookup: @Sendable (String) -> String?

    /// An environment from a function that knows the variables' values.
    ///
    /// - Parameters:
    ///   - names: The variables that may be named; `nil` for all. Longshore's own never may.
    ///   - places: Where files of sources lie.
    ///   - lookup: Gives the value of a variable.
    public init(
        names: VariableNames? = nil,
        places: SourcePlaces = SourcePlaces(),
        _ lookup: @escaping @Sendable (String) -> String?
    ) {
        self.names = names
        self.places = places
        self.lookup = lookup
    }

    /// `template` with the values of `${NAME}` and `${NAME:-default}` in their places.
    ///
    /// An empty variable counts as not set, as in a shell's `:-`.
    func resolve(_ text: String) throws(ExtractionError) -> ResolvedText {
        let template = Template(text)
        if let malformed = template.malformed {
            throw ExtractionError(
                .variable,
                "resolving a source's `${…}`: `\(malformed)` is none; write `${NAME}` or `${NAME:-default}`"
            )
        }
        var resolved = ResolvedText()
        for part in template.parts {
            switch part {
            case .literal(let text): resolved.add(text)
            case .expansion(let name, let fallback): try add(name, or: fallback, to: &resolved)
            }
        }
        return resolved
    }

    private func add(
        _ name: String,
        or fallback: String?,
        to resolved: inout ResolvedText
    ) throws(ExtractionError) {
        try requireAllowed(name)
        if let value = lookup(name), !value.isEmpty {
            resolved.add(value, of: name)
        } else if let fallback {
            resolved.add(fallback)
        } else {
            throw ExtractionError(
                .variable,
                "resolving a source's `${\(name)}`: the environment variable `\(name)` is not set "
                    + "where this worker runs; set it, or write `${\(name):-default}`"
            )
        }
    }

    private func requireAllowed(_ name: String) throws(ExtractionError) {
        guard !OwnVariable.includes(name) else {
            throw ExtractionError(
                .forbidden,
                "resolving a source's `${\(name)}`: variables called `LONGSHORE_…` are Longshore's own, "
                    + "and no source may name them; give the source a variable of its own"
            )
        }
        guard names?.contains(name) ?? true else {
            throw ExtractionError(
                .forbidden,
                "resolving a source's `${\(name)}`: the variable `\(name)` is none of those that sources "
                    + "may name here; add it to `--environment` (LONGSHORE_ENVIRONMENT) where that is "
                    + "meant"
            )
        }
    }
}
