import ArgumentParser

/// How many load tasks a process runs at a time: each costs a thread and a connection.
enum SlotCount {
    static let most = 256

    /// - Throws: `ValidationError` that names the option.
    static func validate(_ slots: Int, atLeast least: Int, option: String) throws {
        guard (least...most).contains(slots) else {
            throw ValidationError(
                "`\(option) \(slots)` is not a number from \(least) to \(most): each slot costs a "
                    + "thread and a connection; start more worker processes instead"
            )
        }
    }
}
