import Extraction
import Rows

/// Reads a source and says of its errors what they mean to an attempt.
struct TranslatedReader: RowReader {
    private var reader: any RowReader
    private let translate: (any Error) -> any Error

    /// Opens a reader; what it throws, now or later, is thrown as `translate` has it.
    static func open(
        _ translate: @escaping (any Error) -> any Error,
        _ open: () async throws -> any RowReader
    ) async throws -> TranslatedReader {
        do {
            return TranslatedReader(reader: try await open(), translate: translate)
        } catch {
            throw translate(error)
        }
    }

    var header: [String] { reader.header }
    var firstInput: String { reader.firstInput }
    var types: [SourceType?] { reader.types }
    var inputs: [InputSummary] { reader.inputs }
    nonisolated(nonsending) func knownElsewhere(_ columns: Set<String>) async -> Set<String> {
        await reader.knownElsewhere(columns)
    }

    nonisolated(nonsending) mutating func next() async throws -> RowBatch? {
        do {
            return try await reader.next()
        } catch {
            throw translate(error)
        }
    }
}
