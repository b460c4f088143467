/// Looks up the variables that a source's texts refer to.
struct Environment: Sendable {
    private let lookup: @Sendable (String) -> String?

    /// Creates an environment from a function that knows the variables' values.
    init(_ lookup: @escaping @Sendable (String) -> String?) {
        self.lookup = lookup
    }

    /// `text` with the values of `${NAME}` and `${NAME:-default}` in their places.
    ///
    /// An empty variable counts as not set, as in a shell's `:-`.
    func resolve(_ text: String) throws(ExtractionError) -> String {
        var resolved = String.UnicodeScalarView()
        // By scalars: a `}` before U+0301 is no Character of its own.
        var rest = text.unicodeScalars[...]
        while let start = rest.firstRange(of: "${".unicodeScalars) {
            resolved += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw ExtractionError(
                    .variable,
                    "resolving a source's `${…}`: one is opened and never closed with `}`"
                )
            }
            resolved += try value(of: rest[start.upperBound..<end]).unicodeScalars
            rest = rest[rest.index(after: end)...]
        }
        return String(resolved + rest)
    }

    private func value(
        of reference: Substring.UnicodeScalarView
    ) throws(ExtractionError) -> String {
        let separator = reference.firstRange(of: ":-".unicodeScalars)
        let name = String(reference[..<(separator?.lowerBound ?? reference.endIndex)])
        if let value = lookup(name), !value.isEmpty { return value }
        guard let separator else {
            throw ExtractionError(
                .variable,
                "resolving a source's `${\(name)}`: the environment variable `\(name)` is not set "
                    + "where this worker runs; set it, or write `${\(name):-default}`"
            )
        }
        return String(reference[separator.upperBound...])
    }
}
