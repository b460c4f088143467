import ArgumentParser
import Console
import Credentials
import Endpoints

/// `longshore unseal`: the secret that was sealed.
struct UnsealCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unseal",
        abstract: "Print the secret that was sealed.",
        discussion: """
            Reads what `longshore seal` has printed from standard input. The key is in the file that \
            LONGSHORE_SEALING_KEY_FILE names.
            """
    )

    @Argument(help: "The credential's name, for which it was sealed.")
    var name: String

    func run() async throws {
        let key = try SealingKeyFile.key()
        let sealed = try SecretInput.read("the sealed text of `\(name)`").revealed
        Output.data(Array(try SealedText.open(sealed, name: name, key: key).revealed.utf8))
    }
}
