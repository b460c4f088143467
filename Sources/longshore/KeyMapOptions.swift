import ArgumentParser
import Foundation
import Loading

/// How much memory a process that runs load tasks may give to key maps.
struct KeyMapOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Memory for the key maps of all tasks of this process, such as 512MB or 2GB.",
            discussion: """
                The keys of dimensions that do not fit are looked up in Postgres, with the same \
                result. Without the option: LONGSHORE_KEY_MAP_MEMORY, or 512MB.
                """,
            valueName: "size"
        )
    )
    var keyMapMemory: MemorySize?

    /// The option's value, or that of the environment; in bytes.
    func limit() throws -> Int {
        if let keyMapMemory { return keyMapMemory.bytes }
        let variable = "LONGSHORE_KEY_MAP_MEMORY"
        guard let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty else {
            return KeyMapCache.standardLimit
        }
        guard let size = MemorySize(argument: text) else {
            throw CommandFailure(
                .usage,
                "\(variable) is `\(text)`, expected a size such as 512MB, 2GB or 0: correct it, or "
                    + "unset it for 512MB"
            )
        }
        return size.bytes
    }
}
