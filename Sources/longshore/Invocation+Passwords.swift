import Console

extension Invocation {
    /// Whether an argument may be the address of a database, by what addresses have and files seldom do.
    static func looksLikeAddress(_ argument: String) -> Bool {
        let scalars = argument.unicodeScalars
        return scalars.contains { ["@", "="].contains($0) }
            || scalars.starts(with: "//".unicodeScalars)
            || scalars.firstRange(of: "://".unicodeScalars) != nil
    }

    /// Whether an argument holds a URL with a password: `scheme://user:password@host`.
    static func holdsPassword(_ argument: String) -> Bool {
        let words = argument.unicodeScalars.split { $0 == " " || $0 == "\n" || $0 == "\t" }
        return words.contains { word in
            guard let start = word.firstRange(of: "//".unicodeScalars)?.upperBound,
                let at = word.lastIndex(of: "@"), start <= at,
                let colon = word[start..<at].firstIndex(of: ":")
            else { return false }
            // Of `https://host:8080/@name` it is the port.
            let behind = word[word.index(after: colon)..<at]
            let digits = behind.prefix { ("0"..."9").contains($0) }
            return !(digits.endIndex < behind.endIndex && behind[digits.endIndex] == "/")
        }
    }

    /// Refuses arguments with passwords before anything can show them: all users of a machine see the
    /// arguments of its processes.
    ///
    /// - Throws: ``CommandFailure``.
    static func refusePasswords(in arguments: some Sequence<String>) throws {
        guard arguments.contains(where: holdsPassword) else { return }
        throw CommandFailure(
            .usage,
            "an argument holds a URL with a password, which everybody on this machine can see: put it "
                + "into a variable of the environment; `LONGSHORE_POSTGRES_URL` names the warehouse, and "
                + "`sources` of a pipeline take `${NAME}`"
        )
    }
}
