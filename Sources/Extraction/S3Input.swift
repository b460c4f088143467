import ObjectStorage
import Rows

/// An object that is being read, one version of it, whatever happens to its connection.
final class S3Input: ByteInput {
    let name: String
    private let reader: ObjectStorage.ObjectReader
    private let texts: S3Texts
    private var rest: ArraySlice<UInt8> = []
    private var digest = ContentDigest()

    /// Fewer bytes than these come only at the end: they tell what the rest is.
    private static let fewest = 10

    init(name: String, _ reader: ObjectStorage.ObjectReader, _ texts: S3Texts) {
        self.name = name
        self.reader = reader
        self.texts = texts
    }

    var position: Int { digest.count }
    var modified: Int64? { reader.status.modified.map { ModificationTime.kept(seconds: $0) } }

    nonisolated(nonsending) func read(into buffer: inout [UInt8]) async throws -> Int {
        var count = 0
        while count < Self.fewest {
            if rest.isEmpty {
                guard let piece = try await piece() else { break }
                rest = piece[...]
            }
            let next = rest.prefix(buffer.count - count)
            buffer.replaceSubrange(count..<count + next.count, with: next)
            rest = rest.dropFirst(next.count)
            count += next.count
        }
        digest.update(buffer.span.extracting(..<count))
        return count
    }

    nonisolated(nonsending) func finish() async throws -> InputSummary {
        await reader.close()
        return InputSummary(
            name: name,
            size: digest.count,
            digest: digest.value,
            modified: modified
        )
    }

    private nonisolated(nonsending) func piece() async throws -> [UInt8]? {
        do throws(ObjectStorageError) {
            return try await reader.next()
        } catch {
            throw texts.error(error)
        }
    }
}
