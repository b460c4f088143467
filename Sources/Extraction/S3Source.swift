import Credentials
import Endpoints
import HTTP
package import ObjectStorage
package import Pipelines
import Signing
import Synchronization
import Words

/// The objects of a folder in S3, or in what speaks like it, which exports write to, too.
package struct S3Source: ObjectStore {
    /// The bucket that it is in.
    package let bucket: Bucket
    /// What the keys of its objects begin with: empty, or a folder with its `/`.
    package let prefix: String
    /// What its declaration says.
    package let texts: S3Texts
    /// What the store has said of the objects that are about to be read.
    private let listed = ListedObjects()
    /// The fields of a request that writes, by which the store encrypts.
    package let encryption: [(name: String, value: String)]

    /// The objects of a place, asked by its own keys or by a proof of somebody else's.
    ///
    /// - Throws: ``ExtractionError`` for a variable that is not set, and for what is no place.
    package init(
        _ place: S3Place,
        name: String,
        environment: SourceEnvironment,
        proof: StoreProof? = nil
    ) throws(ExtractionError) {
        texts = try S3Texts(place, name: name, environment)
        encryption = try Self.encryption(place, texts, proof)
        let (bucketName, folder) = try Self.parse(texts.url, name: name)
        prefix = folder.isEmpty ? "" : folder + "/"
        let isAllowed: Bool
        do {
            let endpoint =
                texts.endpoint.value.isEmpty ? proof?.endpoint ?? "" : texts.endpoint.value
            let location = try BucketLocation(
                bucket: bucketName,
                region: texts.region.value,
                endpoint: endpoint.isEmpty ? nil : HTTPURL(endpoint)
            )
            let client = HTTPClient(
                environment.web(reach: place.isPrivate ? .privateNetworks : .internet)
            )
            bucket = try Bucket(
                location,
                client: client,
                identity: Self.identity(texts, proof)
            )
            isAllowed = proof?.allows(location, emulator: environment.emulator) ?? true
        } catch {
            throw ExtractionError(
                .misconfigured,
                texts.masked("the source `\(name)`: \(error)")
            )
        }
        guard isAllowed else { throw Self.elsewhere(name, texts) }
    }

    /// [SSE-S3 and SSE-KMS](https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html).
    private static func encryption(
        _ place: S3Place,
        _ texts: S3Texts,
        _ proof: StoreProof?
    ) throws(ExtractionError) -> [(name: String, value: String)] {
        guard let encryption = place.encryption else { return [] }
        if case .google? = proof {
            throw ExtractionError(
                .misconfigured,
                "the source `\(texts.name)`: `encryption` is not for a store of Google, which encrypts all objects; expected the "
                    + "key to be set for the bucket"
            )
        }
        let name = "x-amz-server-side-encryption"
        return switch encryption {
        case .aes256: [(name, "AES256")]
        case .kms: [(name, "aws:kms"), ("\(name)-aws-kms-key-id", texts.encryptionKey.value)]
        }
    }

    private static func identity(
        _ texts: S3Texts,
        _ proof: StoreProof?
    ) -> Bucket.IdentityProvider {
        guard let proof else {
            let credentials = AWSCredentials(
                accessKey: texts.key.value,
                secretKey: Secret(texts.secret.value),
                sessionToken: texts.session.value.isEmpty ? nil : Secret(texts.session.value)
            )
            return { .key(credentials) }
        }
        return { () throws(ObjectStorageError) in
            do throws(CredentialError) {
                return try await proof.identity()
            } catch {
                throw .credentials(error.message, isRetryable: error.isRetryable)
            }
        }
    }

    private static func elsewhere(_ name: String, _ texts: S3Texts) -> ExtractionError {
        ExtractionError(
            .forbidden,
            "the source `\(name)`: a token of Google is not sent to `\(texts.endpoint.shown)`; expected "
                + "`https://storage.googleapis.com`, or no endpoint"
        )
    }

    nonisolated(nonsending) func objects(
        matching pattern: FilePattern,
        explains: Bool
    ) async throws -> [String] {
        let found: [String]
        if pattern.components.contains(where: { $0.utf8.contains(UInt8(ascii: "*")) }) {
            let objects = try await list(pattern.components)
            listed.note(objects)
            found = objects.map(\.key)
        } else {
            let key = prefix + pattern.components.joined(separator: "/")
            found = try await asked { () async throws(ObjectStorageError) in
                let status = try await bucket.status(of: key)
                listed.note(status.map { [$0] } ?? [])
                return status.map { [$0.key] } ?? []
            }
        }
        guard !found.isEmpty else {
            throw ExtractionError(
                .missing,
                "no object matches `\(pattern.text)` in `\(texts.url.shown)`; it is not there yet, or is "
                    + "called otherwise"
            )
        }
        return found.map(name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    nonisolated(nonsending) func statuses(
        matching components: [String],
        lookingFor wanted: String
    ) async throws -> [FileStatus] {
        try await list(components)
            .map { object in
                FileStatus(
                    name: name(object.key),
                    size: object.size ?? 0,
                    modified: ModificationTime.kept(seconds: object.modified ?? 0)
                )
            }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    package func size(of name: String) -> Int? { listed[prefix + name]?.size }

    nonisolated(nonsending) func open(_ name: String) async throws -> any ByteInput {
        let reader = try await asked { () async throws(ObjectStorageError) in
            let key = prefix + name
            return try await bucket.open(key, listed: listed[key])
        }
        return S3Input(name: name, reader, texts)
    }

    /// An object's name as seen from the folder.
    private func name(_ key: String) -> String {
        String(Substring(key.utf8.dropFirst(prefix.utf8.count)))
    }

    /// The objects below the folder whose names fit, part by part.
    private nonisolated(nonsending) func list(
        _ components: [String]
    ) async throws -> [ObjectStatus] {
        let start = Bucket.prefix(ofPattern: prefix + components.joined(separator: "/"))
        let length = prefix.utf8.count
        return try await asked { () async throws(ObjectStorageError) in
            try await bucket.objects(withPrefix: start) { key in
                FilePattern.matches(path: key.utf8.dropFirst(length), components: components)
            }
        }
    }

    /// Does something with the bucket, and tells its errors as those of a source.
    private nonisolated(nonsending) func asked<Value>(
        _ work: () async throws(ObjectStorageError) -> Value
    ) async throws -> Value {
        do throws(ObjectStorageError) {
            return try await work()
        } catch {
            throw texts.error(error)
        }
    }

    /// `s3://bucket/folder`, with any number of `/` at its end.
    private static func parse(
        _ url: ResolvedText,
        name: String
    ) throws(ExtractionError) -> (bucket: String, folder: String) {
        let scheme = "s3://"
        let parts = url.value.utf8.dropFirst(scheme.utf8.count).split(separator: UInt8(ascii: "/"))
            .map { String(Substring($0)) }
        guard url.value.utf8.starts(with: scheme.utf8), let bucket = parts.first else {
            throw ExtractionError(
                .misconfigured,
                "the source `\(name)` is at `\(url.shown)`, which is no place of objects; expected "
                    + "`s3://bucket/folder`"
            )
        }
        return (bucket, parts.dropFirst().joined(separator: "/"))
    }
}

/// What a store has said of its objects when it was asked for their names, by their keys.
private final class ListedObjects: Sendable {
    private let statuses = Mutex<[ExactText: ObjectStatus]>([:])

    subscript(key: String) -> ObjectStatus? { statuses.withLock { $0[ExactText(key)] } }

    func note(_ objects: [ObjectStatus]) {
        statuses.withLock { statuses in
            for object in objects { statuses[ExactText(object.key)] = object }
        }
    }
}

/// What a source in S3 says, with the values of variables, and what messages say in their places.
package struct S3Texts: Sendable {
    /// The source's name.
    let name: String
    let url: ResolvedText
    let region: ResolvedText
    let endpoint: ResolvedText
    let key: ResolvedText
    let secret: ResolvedText
    let session: ResolvedText
    let encryptionKey: ResolvedText

    init(
        _ place: S3Place,
        name: String,
        _ environment: SourceEnvironment
    ) throws(ExtractionError) {
        self.name = name
        url = try environment.resolve(place.url)
        region = try environment.resolve(place.region)
        endpoint = try environment.resolve(place.endpoint)
        encryptionKey = try environment.resolve(place.keyOfEncryption)
        let hasKey = place.credential == nil
        key = hasKey ? try environment.resolve(place.key) : ResolvedText()
        secret = hasKey ? try environment.resolve(place.secret) : ResolvedText()
        session = hasKey ? try environment.resolve(place.session) : ResolvedText()
    }

    /// `message` with `${NAME}` in the place of each value.
    package func masked(_ message: String) -> String {
        [secret, session, key, encryptionKey, endpoint, url, region]
            .reduce(message) { $1.masked($0) }
    }

    /// An error of the store as one of a source; who is cancelled is told so as everywhere.
    package func error(_ error: ObjectStorageError) -> any Error {
        let code: ExtractionError.Code
        switch error.code {
        case .missing: code = .missing
        case .changed: code = .changed
        case .denied: code = .denied
        case .unavailable: code = .unavailable
        case .refused, .unsupported, .malformed, .misconfigured: code = .misconfigured
        case .cancelled: return CancellationError()
        }
        let isServer = code == .denied || code == .unavailable
        return ExtractionError(
            code,
            masked(error.message),
            isRetryable: error.isRetryable,
            server: isServer ? server(isAway: code == .unavailable) : nil
        )
    }

    private func server(isAway: Bool) -> ExtractionError.Server {
        ExtractionError.Server(
            source: name,
            product: "S3",
            isAway: isAway,
            isFull: false,
            refusesStatement: false
        )
    }
}
