import Extraction
import Pipelines
import Rows
import Words

/// Reads a source, and tells of one that is not there how long it is awaited.
struct AwaitedReader: RowReader {
    private var reader: any RowReader
    private let extract: Extract

    /// Opens what reads an extract; of what it throws, now or later, an absence is an ``AwaitedSource``.
    static func open(
        _ extract: Extract,
        _ open: (Extract) async throws -> any RowReader
    ) async throws -> AwaitedReader {
        do {
            return AwaitedReader(reader: try await open(extract), extract: extract)
        } catch {
            throw AwaitedSource(error, of: extract) ?? error
        }
    }

    var header: [ExactText] { reader.header }
    var firstInput: String { reader.firstInput }
    var types: [SourceType?] { reader.types }
    var inputs: [InputSummary] { reader.inputs }
    var known: [KnownInput] { reader.known }
    var bytesRead: Int? { reader.bytesRead }
    nonisolated(nonsending) func knownElsewhere(_ columns: Set<ExactText>) async -> Set<ExactText> {
        await reader.knownElsewhere(columns)
    }

    nonisolated(nonsending) mutating func next() async throws -> RowBatch? {
        do {
            return try await reader.next()
        } catch {
            throw AwaitedSource(error, of: extract) ?? error
        }
    }
}
