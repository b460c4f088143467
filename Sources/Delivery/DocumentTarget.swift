import Extraction
import MongoDB
import Planning

/// Documents of a MongoDB collection, by their `_id`.
///
/// Each has the revision of the export in it. It is written by one command on the condition that it has none that is as new:
/// an older revision changes nothing however late it comes. A document that is gone has no revision: there is only the claim
/// in the ledger.
struct DocumentTarget: EffectTarget {
    let writer: MongoWriter
    let database: MongoSource
    let collection: String
    /// Whether documents are made that are not there.
    let inserts: Bool
    let key: [String]

    /// The member of each document in which its revisions are.
    private static let member = "longshore"

    nonisolated(nonsending) func deliver(_ effect: Effect) async throws -> EffectResult {
        do {
            try await writer.write(write(effect))
            return .delivered
        } catch let error as MongoError {
            return try result(of: error)
        }
    }

    func close() async {
        await writer.close()
    }

    private func write(_ effect: Effect) -> DocumentWrite {
        DocumentWrite(
            effect.kind == .delete ? .delete : inserts ? .put : .update,
            in: collection,
            members: effect.body,
            key: key,
            revisionPath: [Self.member, effect.export.schema, effect.export.name],
            revision: effect.revision
        )
    }

    // MARK: Errors

    /// What an error says of the effect; it is thrown when it would befall each of them.
    private func result(of error: MongoError) throws -> EffectResult {
        switch error.code {
        case .refused(let number): return .refused(failure(error, "\(number)"))
        case .unfit: return .refused(failure(error, "unfit"))
        case .server(let number) where error.isRetryable:
            return .postponed(failure(error, "\(number)"), for: nil)
        case .authentication:
            throw TargetError(
                "denied",
                failure(error, "").message
                    + "; the login of the source needs the rights to find, insert, update and remove in the collection"
            )
        default: throw database.failure(error)
        }
    }

    private func failure(_ error: MongoError, _ word: String) -> EffectFailure {
        EffectFailure(
            code: "export.mongo.\(word)",
            message: database.masked("writing to `\(collection)`: \(error.message)")
        )
    }
}
