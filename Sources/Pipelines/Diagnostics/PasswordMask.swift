/// Hides passwords in lines of a definition that are shown with a problem.
///
/// The definition must not hold any, but one that does is shown too: with another problem of the same
/// line, or before it could be read. What merely looks like a password is hidden as well.
enum PasswordMask {
    /// `line` with stars in the place of what looks like a password; it keeps its number of scalars.
    static func masked(_ line: String) -> String {
        var scalars = Array(line.unicodeScalars)
        for range in [beforeAt(scalars)].compactMap(\.self) + behindNames(scalars) {
            for index in range { scalars[index] = "*" }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// From the `:` behind a user to the last `@`.
    ///
    /// Without a `//` that begins an address, a `:` with a blank behind it belongs to YAML.
    private static func beforeAt(_ scalars: [Unicode.Scalar]) -> Range<Int>? {
        guard let at = scalars.lastIndex(of: "@") else { return nil }
        let before = scalars[..<at]
        let address = before.firstRange(of: ["/", "/"])?.upperBound
        let colon = before[(address ?? 0)...].indices
            .first { index in
                before[index] == ":"
                    && (address != nil || index + 1 < at && before[index + 1] != " ")
            }
        return colon.map { ($0 + 1)..<at }
    }

    /// Behind each name of a password its value: to the next parameter, or to the line's end.
    private static func behindNames(_ scalars: [Unicode.Scalar]) -> [Range<Int>] {
        scalars.indices.compactMap { index in
            guard ["=", ":"].contains(scalars[index]), isSecret(scalars[..<index]) else {
                return nil
            }
            let value = scalars[(index + 1)...].drop { $0 == " " || $0 == "\t" }
            // A mapping or a list is the definition of a column with such a name.
            if let first = value.first, scalars[index] == ":", ["{", "["].contains(first) {
                return nil
            }
            let end = value.firstIndex(of: "&") ?? value.endIndex
            return value.startIndex..<end
        }
    }

    /// Whether a text ends with the name of a password, maybe in quotes, maybe with blanks behind it.
    private static func isSecret(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        let name = text.reversed()
            .drop { [" ", "\t", "\"", "'"].contains($0) }
            .prefix(while: SecretName.mayHold)
        return SecretName.isOne(name.reversed())
    }
}
