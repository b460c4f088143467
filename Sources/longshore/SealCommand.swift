import ArgumentParser
import Console
import Credentials
import Endpoints
import Foundation
import Words

/// `longshore seal`: a secret that may lie in a definition.
struct SealCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "Seal a secret, so that it may lie in a definition.",
        discussion: """
            Reads the secret from standard input, without the line end behind it, and prints what stands \
            behind `sealed:` under `credentials`. The key is in the file that LONGSHORE_SEALING_KEY_FILE \
            names; workers need the same one. `longshore seal --new-key FILE` makes one.
            """
    )

    @Argument(help: "The credential's name in the definition: under another it cannot be opened.")
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Write a new key to this file, which only you may read, and seal nothing.",
            valueName: "file"
        )
    )
    var newKey: String?

    func validate() throws {
        guard (name == nil) != (newKey == nil) else {
            throw ValidationError(
                "expected the name of a credential, or `--new-key` with a file, and not both"
            )
        }
    }

    func run() async throws {
        if let newKey {
            try SealingKeyFile.make(newKey)
            Output.print(
                "the key is in \(newKey): keep a copy of it, and set LONGSHORE_SEALING_KEY_FILE where "
                    + "workers run"
            )
        } else if let name {
            let key = try SealingKeyFile.key()
            let secret = try SecretInput.read("the secret of `\(name)`")
            Output.print(SealedText.seal(secret, name: name, key: key))
        }
    }
}

/// The file of the key of sealed credentials.
enum SealingKeyFile {
    /// The key that the environment names.
    ///
    /// - Throws: ``CommandFailure``, `CredentialError`.
    static func key() throws -> SealingKey {
        let variable = SealingKey.variable
        let path = ProcessInfo.processInfo.environment[variable] ?? ""
        guard !path.isEmpty else {
            throw CommandFailure(
                .usage,
                "there is no key: \(variable) does not name its file; `longshore seal --new-key FILE` "
                    + "makes one"
            )
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFailure(.badInput, "the file of \(variable), `\(path)`, cannot be read")
        }
        return try SealingKey(Secret(text))
    }

    /// Writes a new key into a file that is not there yet.
    static func make(_ path: String) throws {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw CommandFailure(
                .usage,
                errno == EEXIST
                    ? "`\(path)` is there already: what was sealed with its key needs it; name another file"
                    : "`\(path)` cannot be written: \(systemMessage(errno))"
            )
        }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        try handle.write(contentsOf: Data((SealingKey().text.revealed + "\n").utf8))
        try handle.synchronize()
    }
}

/// What a person or another program gives by standard input: arguments are seen by all of a machine.
enum SecretInput {
    /// Bytes at most.
    private static let largest = 64 << 10

    /// All of it without the line end behind it; from a terminal a line that is not shown.
    static func read(_ what: String) throws -> Secret {
        if isatty(STDIN_FILENO) == 1 { return try line(what) }
        var bytes = Array(try FileHandle.standardInput.read(upToCount: largest + 1) ?? Data())
        let isWhole = bytes.count <= largest
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard isWhole, let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(
                .usage,
                "standard input is no UTF-8, or larger than \(largest >> 10) KiB"
            )
        }
        return try checked(text, what)
    }

    private static func line(_ what: String) throws -> Secret {
        guard let typed = unsafe getpass("\(what): ") else {
            throw CommandFailure(.usage, "\(what) cannot be read from the terminal")
        }
        return try checked(unsafe String(cString: typed), what)
    }

    private static func checked(_ text: String, _ what: String) throws -> Secret {
        guard !text.isEmpty else {
            throw CommandFailure(.usage, "\(what) is empty: give it by standard input")
        }
        return Secret(text)
    }
}
