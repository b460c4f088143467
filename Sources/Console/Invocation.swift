/// How a process was called, as far as other commands have to be called the same way: every command that is
/// suggested can be pasted.
public struct Invocation: Sendable {
    /// The program, as it was called.
    public let program: String
    /// ` --stack FOLDER` when one was given, else nothing: behind every command that asks servers.
    public let stack: String
    /// ` --set name=value` for each that was given: behind every command that reads the definition.
    public let settings: String
    /// ` --adopt TABLE` for each that was given: behind the command that loads what was planned.
    public let adopted: String
    /// What sources may make the process read, as it was given: behind every command that loads.
    public let reading: String

    /// How this process was called.
    public static let current = Invocation(CommandLine.arguments)

    /// A call by its words, the program first.
    public init(_ words: [String]) {
        program = words.first.flatMap { $0.contains("/") ? $0 : nil } ?? "longshore"
        let all = { (option: String) in
            Self.values(of: option, in: words).map { " \(option) \(Self.quoted($0))" }
        }
        stack = all("--stack").last ?? ""
        settings = all("--set").joined()
        adopted = all("--adopt").joined()
        reading = (all("--environment").last ?? "") + all("--sources-below").joined()
    }

    /// A command of this program with the servers of this call: `longshore resume 7 --stack /tmp/s`.
    public func command(_ words: String) -> String { "longshore \(words)\(stack)" }

    /// What an option was given, in order.
    private static func values(of option: String, in words: [String]) -> [String] {
        var found: [String] = []
        for (index, word) in words.enumerated().dropFirst() {
            if word == "--" { break }
            if word == option, index + 1 < words.count {
                found.append(words[index + 1])
            } else if word.hasPrefix(option + "=") {
                found.append(String(word.dropFirst(option.count + 1)))
            }
        }
        return found
    }

    /// A word as a shell takes it.
    public static func quoted(_ word: String) -> String {
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
