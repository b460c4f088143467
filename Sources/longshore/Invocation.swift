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
