internal import HTTP

extension Bucket {
    /// Writes an object whole: whoever reads it sees the old one or the new one.
    ///
    /// - Parameters:
    ///   - key: Its name.
    ///   - bytes: Its content.
    ///   - fields: Further fields, such as `Content-Type`, those of encryption, or a condition (`If-Match`,
    ///     `If-None-Match`): an object that does not fulfil it is ``ObjectStorageError/Code/changed``.
    /// - Throws: ``ObjectStorageError``.
    public func put(
        _ key: String,
        _ bytes: [UInt8],
        fields: [(name: String, value: String)] = []
    ) async throws(ObjectStorageError) {
        let response = try await perform(
            StoreCall(method: "PUT", key: key, fields: fields, body: bytes, activity: writing(key))
        )
        await response.body.close()
    }

    /// Takes an object away; one that is not there is no error.
    ///
    /// - Parameters:
    ///   - key: Its name.
    ///   - fields: Further fields, such as `If-Match`.
    /// - Throws: ``ObjectStorageError``.
    public func remove(
        _ key: String,
        fields: [(name: String, value: String)] = []
    ) async throws(ObjectStorageError) {
        let call = StoreCall(
            method: "DELETE",
            key: key,
            fields: fields,
            activity: "removing \(shown(key))"
        )
        do throws(ObjectStorageError) {
            await (try await perform(call)).body.close()
        } catch {
            if error.code != .missing { throw error }
        }
    }

    /// Writes an object of any size from pieces, with little memory.
    ///
    /// It is sent in parts of 8 MiB, and larger ones after 16 GiB. It is there when all are; when something
    /// fails, or the task is cancelled, the parts are thrown away.
    ///
    /// - Parameters:
    ///   - key: Its name.
    ///   - fields: Further fields of the object.
    ///   - next: Gives the next bytes; `nil` at the end.
    /// - Throws: ``ObjectStorageError``, or what `next` throws.
    public nonisolated(nonsending) func put(
        _ key: String,
        fields: [(name: String, value: String)] = [],
        from next: () async throws -> [UInt8]?
    ) async throws {
        var parts = Parts()
        let first = try await parts.take(size: Self.size(ofPart: 1), from: next)
        if parts.isAtEnd { return try await put(key, first, fields: fields) }
        let upload = try await Upload(key, in: self, fields: fields)
        do {
            try await upload.send(first)
            while !parts.isAtEnd {
                let size = Self.size(ofPart: upload.next)
                try await upload.send(parts.take(size: size, from: next))
            }
            try await upload.complete()
        } catch {
            // A task of its own: one that is cancelled could not say so any more.
            await Task { await upload.abort() }.value
            throw error
        }
    }

    /// At most 10,000 parts are allowed; with these there are 484 GiB.
    static func size(ofPart number: Int) -> Int {
        (8 << 20) << min(number / 2000, 4)
    }

    func writing(_ key: String) -> String { "writing \(shown(key))" }
}

/// Pieces of any size, made parts of a wanted one.
private struct Parts {
    private var rest: [UInt8] = []
    private(set) var isAtEnd = false

    /// At least `size` bytes, or all that are left.
    nonisolated(nonsending) mutating func take(
        size: Int,
        from next: () async throws -> [UInt8]?
    ) async throws -> [UInt8] {
        while rest.count < size, let piece = try await next() { rest += piece }
        isAtEnd = rest.count < size
        defer { rest = [] }
        return rest
    }
}
