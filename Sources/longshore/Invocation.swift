import LocalStack

/// How this process was called, as far as other commands have to be called the same way: every command
/// that is suggested can be pasted.
enum Invocation {
    /// The program, as it was called.
    static let program =
        CommandLine.arguments.first.flatMap { $0.contains("/") ? $0 : nil } ?? "longshore"

    /// ` --stack FOLDER` when one was given, else nothing: behind every command that asks servers.
    static let stack = values(of: "--stack").last.map { " --stack \(quoted($0))" } ?? ""

    /// ` --set name=value` for each that was given: behind every command that reads the definition.
    static let settings = values(of: "--set").map { " --set \(quoted($0))" }.joined()

    /// ` --adopt TABLE` for each that was given: behind the command that loads what was planned.
    static let adopted = values(of: "--adopt").map { " --adopt \(quoted($0))" }.joined()

    /// What sources may make the process read, as it was given: behind every command that loads.
    static let reading =
        (values(of: "--environment").last.map { " --environment \(quoted($0))" } ?? "")
        + values(of: "--sources-below").map { " --sources-below \(quoted($0))" }.joined()

    /// What an option was given on the command line, in order.
    static func values(
        of option: String,
        in arguments: [String] = Array(CommandLine.arguments.dropFirst())
    ) -> [String] {
        var found: [String] = []
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { break }
            if argument == option, index + 1 < arguments.count {
                found.append(arguments[index + 1])
            } else if argument.hasPrefix(option + "=") {
                found.append(String(argument.dropFirst(option.count + 1)))
            }
        }
        return found
    }

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

    /// A word as a shell takes it.
    static func quoted(_ word: String) -> String {
        let isPlain = word.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || "_-./=:,@%+".unicodeScalars.contains(scalar))
        }
        guard !isPlain || word.isEmpty else { return word }
        // By scalars: a quote behind some letters is one Character with them, and would stay as it is.
        var quoted = "'"
        for scalar in word.unicodeScalars {
            if scalar == "'" { quoted += "'\\''" } else { quoted.unicodeScalars.append(scalar) }
        }
        return quoted + "'"
    }
}
