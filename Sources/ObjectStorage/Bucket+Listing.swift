internal import HTTP
internal import Words

extension Bucket {
    /// The objects whose keys begin with a prefix and are wanted, in the order of the store.
    ///
    /// All pages are asked for; of keys that are not wanted nothing is kept.
    ///
    /// - Throws: ``ObjectStorageError``, for a list that is longer than any sensible one, too.
    public func objects(
        withPrefix prefix: String,
        where isWanted: @Sendable (String) -> Bool = { _ in true }
    ) async throws(ObjectStorageError) -> [ObjectStatus] {
        try await objects(withPrefix: prefix, where: isWanted, upTo: ListLimits())
    }

    func objects(
        withPrefix prefix: String,
        where isWanted: @Sendable (String) -> Bool,
        upTo limits: ListLimits
    ) async throws(ObjectStorageError) -> [ObjectStatus] {
        var found: [ObjectStatus] = []
        var (pages, bytes) = (0, 0)
        var token: String?
        repeat {
            let page = try await page(prefix, after: token)
            let wanted = page.objects.filter { isWanted($0.key) }
            found += wanted
            pages += 1
            bytes += wanted.reduce(0) { $0 + $1.key.utf8.count + ($1.etag?.utf8.count ?? 0) }
            let isOver = page.next != nil && (page.next == token || pages >= limits.pages)
            guard !isOver, bytes <= limits.bytes else {
                throw .malformed("a list has no end", doing: listing(prefix))
            }
            token = page.next
        } while token != nil
        return found
    }

    /// What is asked for to find what a pattern names: all before its first `*`.
    public static func prefix(ofPattern pattern: String) -> String {
        String(Substring(pattern.utf8.prefix { $0 != UInt8(ascii: "*") }))
    }

    /// The object of a key; `nil` when there is none.
    ///
    /// - Throws: ``ObjectStorageError``.
    public func status(of key: String) async throws(ObjectStorageError) -> ObjectStatus? {
        let call = StoreCall(method: "HEAD", key: key, activity: "looking for \(shown(key))")
        do throws(ObjectStorageError) {
            let response = try await perform(call)
            await response.body.close()
            return ObjectStatus(key: key, response.fields)
        } catch {
            if error.code == .missing { return nil }
            throw error
        }
    }

    private func listing(_ prefix: String) -> String { "listing \(shown(prefix + "*"))" }

    private func page(
        _ prefix: String,
        after token: String?
    ) async throws(ObjectStorageError) -> (objects: [ObjectStatus], next: String?) {
        var query = [(name: "list-type", value: "2"), ("encoding-type", "url")]
        if !prefix.isEmpty { query.append(("prefix", prefix)) }
        if let token { query.append(("continuation-token", token)) }
        let call = StoreCall(method: "GET", query: query, activity: listing(prefix))
        let root = try await document(call)
        guard root.name == "ListBucketResult" else {
            throw .malformed("it is no list of objects", doing: call.activity)
        }
        let isEncoded = root["EncodingType"] == "url"
        var objects: [ObjectStatus] = []
        for entry in root.children where entry.name == "Contents" {
            guard let object = Self.object(entry, isEncoded: isEncoded) else {
                throw .malformed("an object has no usable name", doing: call.activity)
            }
            // A store that knows no prefixes would give all it has.
            guard object.key.utf8.starts(with: prefix.utf8) else {
                throw .malformed("it lists what was not asked for", doing: call.activity)
            }
            objects.append(object)
        }
        guard let isTruncated = root.says("IsTruncated") else {
            throw .malformed("it does not say whether a list goes on", doing: call.activity)
        }
        guard isTruncated else { return (objects, nil) }
        guard let next = root["NextContinuationToken"], !next.isEmpty else {
            throw .malformed("a list ends before its end", doing: call.activity)
        }
        return (objects, next)
    }

    private static func object(_ entry: XMLElement, isEncoded: Bool) -> ObjectStatus? {
        guard let text = entry["Key"], let key = isEncoded ? decoded(text) : text, !key.isEmpty
        else { return nil }
        return ObjectStatus(
            key: key,
            size: entry["Size"].flatMap { Int($0) },
            etag: entry["ETag"],
            modified: entry["LastModified"].flatMap(InternetTime.second)
        )
    }

    /// A key as lists encode it: as in a form, with `+` for a blank.
    private static func decoded(_ text: String) -> String? {
        let (bytes, isWellFormed) = PercentEncoding.decoded(
            text.utf8.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        )
        return isWellFormed ? String(validating: bytes, as: UTF8.self) : nil
    }
}

/// How long a list may be.
struct ListLimits {
    /// Pages: those of S3 have 1,000 objects.
    var pages = 100_000
    /// Bytes of the names and versions that are kept.
    var bytes = 256 << 20
}
