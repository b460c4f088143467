/// Where objects lie that have names and bytes: a folder of files.
protocol ObjectStore: Sendable {
    /// The objects that fit a pattern, sorted by their names' bytes.
    ///
    /// - Parameters:
    ///   - pattern: What they are called.
    ///   - explains: Whether the error for none tells what else is there.
    /// - Returns: Their names, at least one.
    /// - Throws: ``ExtractionError`` when there is none, or one that may not be read.
    nonisolated(nonsending) func objects(
        matching pattern: FilePattern,
        explains: Bool
    ) async throws -> [String]

    /// What the store says of the objects whose names fit some parts, sorted by their names' bytes; none
    /// when nothing fits.
    ///
    /// - Parameters:
    ///   - components: The parts between slashes, with `*` for any text.
    ///   - wanted: What is looked for, for messages.
    /// - Returns: Their names, sizes and times.
    /// - Throws: ``ExtractionError`` when the store is not there: then nothing is known.
    nonisolated(nonsending) func statuses(
        matching components: [String],
        lookingFor wanted: String
    ) async throws -> [FileStatus]

    /// The bytes of an object that was found, without asking the store; `nil` where that is not known.
    func size(of name: String) -> Int?

    /// Opens one of the objects.
    ///
    /// - Throws: ``ExtractionError`` when it is not there, or may not be read.
    nonisolated(nonsending) func open(_ name: String) async throws -> any ByteInput
}
