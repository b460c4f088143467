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
    func resolve(_ template: String) throws(ExtractionError) -> ResolvedText {
        var resolved = ResolvedText()
        var rest = template[...]
        while let start = rest.firstRange(of: "${") {
            resolved.add(rest[..<start.lowerBound])
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw ExtractionError(
                    .variable,
                    "resolving a source's `${…}`: one is opened and never closed with `}`"
                )
            }
            try add(rest[start.upperBound..<end], to: &resolved)
            rest = rest[rest.index(after: end)...]
        }
        resolved.add(rest)
        return resolved
    }

    private func add(
        _ reference: Substring,
        to resolved: inout ResolvedText
    ) throws(ExtractionError) {
        let separator = reference.firstRange(of: ":-")
        let name = String(reference[..<(separator?.lowerBound ?? reference.endIndex)])
        try requireAllowed(name)
        if let value = lookup(name), !value.isEmpty {
            resolved.add(value, of: name)
        } else if let separator {
            resolved.add(reference[separator.upperBound...])
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
