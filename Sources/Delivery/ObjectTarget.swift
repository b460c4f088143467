import Extraction
import ObjectStorage
import Planning
import Words

/// Objects of a store, under names that its effects' keys make.
///
/// Each object has its revision written with it. It is looked at, and then written or taken away on the condition that it
/// is still the one that was seen: who was frozen between the two finds another one there. Stores without conditions
/// have only the claim in the ledger.
struct ObjectTarget: EffectTarget {
    let folder: S3Source
    let contents: any EffectObjects

    /// How often another may be quicker before the effect is left for later.
    private static let mostTries = 5
    private static let revisionName = "longshore-revision"

    nonisolated(nonsending) func deliver(_ effect: Effect) async throws -> EffectResult {
        let objects: [EffectObject]
        do {
            objects = try await contents.objects(of: effect)
        } catch let error as EffectNotMade {
            return error.result
        }
        for object in objects {
            let result = try await deliver(effect, object)
            guard result == .delivered else { return result }
        }
        return .delivered
    }

    func close() async {}

    private nonisolated(nonsending) func deliver(
        _ effect: Effect,
        _ object: EffectObject
    ) async throws -> EffectResult {
        do throws(ObjectStorageError) {
            for _ in 0..<Self.mostTries where try await settle(effect, object) {
                return .delivered
            }
        } catch {
            return try result(of: error, object)
        }
        return .postponed(
            EffectFailure(
                code: "export.contended",
                message: "the object changes while it is written: something else writes it, too"
            ),
            for: nil
        )
    }

    /// Looks and writes; `false` when it was another object by then.
    private nonisolated(nonsending) func settle(
        _ effect: Effect,
        _ object: EffectObject
    ) async throws(ObjectStorageError) -> Bool {
        let key = folder.prefix + object.name
        let status = try await folder.bucket.status(of: key)
        let revision = status?.metadata[Self.revisionName].flatMap { Int64($0) } ?? 0
        guard revision < effect.revision else { return true }
        do throws(ObjectStorageError) {
            switch effect.kind {
            case .put: try await put(effect, object, as: key, inPlaceOf: status)
            case .delete:
                guard let status else { return true }
                let condition = status.etag.map { [(name: "If-Match", value: $0)] } ?? []
                try await conditionally(condition) { fields throws(ObjectStorageError) in
                    try await folder.bucket.remove(key, fields: fields)
                }
            }
            return true
        } catch {
            guard error.code == .changed else { throw error }
            return false
        }
    }

    private nonisolated(nonsending) func put(
        _ effect: Effect,
        _ object: EffectObject,
        as key: String,
        inPlaceOf status: ObjectStatus?
    ) async throws(ObjectStorageError) {
        let fields = [
            (name: "Content-Type", value: object.type),
            (name: "x-amz-meta-\(Self.revisionName)", value: String(effect.revision)),
        ]
        let condition =
            status == nil
            ? [(name: "If-None-Match", value: "*")]
            : status?.etag.map { [(name: "If-Match", value: $0)] } ?? []
        try await conditionally(condition) { condition throws(ObjectStorageError) in
            try await folder.bucket.put(
                key,
                object.bytes,
                fields: fields + folder.encryption + condition
            )
        }
    }

    /// Does something on a condition, and without it where the store knows no conditions.
    private nonisolated(nonsending) func conditionally(
        _ condition: [(name: String, value: String)],
        _ work: ([(name: String, value: String)]) async throws(ObjectStorageError) -> Void
    ) async throws(ObjectStorageError) {
        do throws(ObjectStorageError) {
            try await work(condition)
        } catch {
            guard error.code == .unsupported else { throw error }
            try await work([])
        }
    }

    /// What an error says of the effect; it is thrown when it would befall each of them.
    private func result(of error: ObjectStorageError, _ object: EffectObject) throws -> EffectResult
    {
        // The object's name, which has the values of a row, ends what stands in backticks there.
        let key = folder.prefix + object.name
        let message = [key, PercentEncoding.encoded(key.utf8, keeping: ["/"])]
            .reduce(error.message) { message, key in
                let (shown, hidden) = ("/\(key)`", "/\(folder.prefix)…`")
                return String(
                    message.unicodeScalars.replacing(
                        shown.unicodeScalars,
                        with: hidden.unicodeScalars
                    )
                )
            }
        let failure = EffectFailure(
            code: "export.\(error.code)",
            message: folder.texts.masked(message)
        )
        switch error.code {
        case .unavailable, .changed: return .postponed(failure, for: error.retryAfter)
        case .refused, .malformed, .unsupported: return .refused(failure)
        case .missing, .denied, .misconfigured, .cancelled: throw folder.texts.error(error)
        }
    }
}
