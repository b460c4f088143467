public import HTTP
internal import Synchronization

/// A bucket of an object store that speaks as S3 does.
///
/// Each request is signed, tried again while that may help, and follows the store to another region of its
/// own. Requests of one bucket share an HTTP client: see there who waits for whom.
public final class Bucket: Sendable {
    /// Says as whom the store is asked at this moment; it is called before each try.
    public typealias IdentityProvider =
        @Sendable () async throws(ObjectStorageError) -> StoreIdentity

    /// Where it is.
    public let location: BucketLocation
    let patience: Patience
    private let client: HTTPClient
    private let identity: IdentityProvider
    private let now: @Sendable () -> Int
    private let place: Mutex<Place>

    /// Who is asked for the bucket, and by which region.
    private struct Place {
        var endpoint: HTTPURL
        var region: String
    }

    /// A bucket that is asked by a client.
    ///
    /// - Parameters:
    ///   - location: Where it is.
    ///   - client: Who asks.
    ///   - patience: How often the same is asked.
    ///   - now: The time in seconds since 1970, by which requests are signed.
    ///   - identity: As whom it is asked.
    /// - Throws: ``ObjectStorageError/Code/misconfigured``.
    public init(
        _ location: BucketLocation,
        client: HTTPClient,
        patience: Patience = Patience(),
        now: @escaping @Sendable () -> Int = { secondsSince1970() },
        identity: @escaping IdentityProvider
    ) throws(ObjectStorageError) {
        self.location = location
        self.client = client
        self.patience = patience
        self.now = now
        self.identity = identity
        do throws(HTTPError) {
            let place = Place(endpoint: try location.url(path: "/"), region: location.region)
            self.place = Mutex(place)
        } catch {
            throw .http(error, doing: "reading where the bucket `\(location.bucket)` is")
        }
    }

    /// `s3://bucket/key`, for messages.
    func shown(_ key: String) -> String { "`s3://\(location.bucket)/\(key)`" }

    /// Asks until there is an answer that is a success, or no other try would help.
    func perform(_ call: StoreCall) async throws(ObjectStorageError) -> HTTPResponse {
        var failures = 0
        while true {
            do throws(ObjectStorageError) {
                return try await attempt(call)
            } catch {
                failures += 1
                try await patience.pause(after: error, failures: failures)
            }
        }
    }

    /// Asks, and reads an answer of XML.
    func document(_ call: StoreCall) async throws(ObjectStorageError) -> XMLElement {
        var failures = 0
        while true {
            do throws(ObjectStorageError) {
                let body = try await Self.body(of: try await attempt(call), call)
                return try Self.root(of: body, call)
            } catch {
                failures += 1
                try await patience.pause(after: error, failures: failures)
            }
        }
    }
}

extension Bucket {
    /// One try, in two places at most besides the first.
    func attempt(_ call: StoreCall) async throws(ObjectStorageError) -> HTTPResponse {
        for _ in 0..<3 {
            let response = try await send(call)
            if response.isSuccess { return response }
            let region = response.fields["x-amz-bucket-region"]
            guard response.status == 307, let target = follow(response, region: region) else {
                throw await failure(of: response, call, region: region)
            }
            await response.body.close()
            place.withLock { $0 = target }
        }
        throw .malformed("it sends from one place to another", doing: call.activity)
    }

    /// Where the store wants the bucket to be asked; `nil` where our signature does not go.
    private func follow(_ response: HTTPResponse, region: String?) -> Place? {
        guard let text = response.fields["Location"],
            var url = try? response.url.resolving(text), location.covers(url)
        else { return nil }
        let current = place.withLock { $0 }
        url.path = current.endpoint.path
        url.query = nil
        let told =
            region
            ?? url.host
            .firstMatch(of: /\.s3[.\-]([a-z0-9\-]+)\.amazonaws/.matchingSemantics(.unicodeScalar))
            .map { String($0.1) }
        let isName = told.map(Region.isName) ?? false
        return Place(endpoint: url, region: isName ? told ?? current.region : current.region)
    }

    private func send(_ call: StoreCall) async throws(ObjectStorageError) -> HTTPResponse {
        let place = place.withLock { $0 }
        let request = call.request(
            to: place.endpoint,
            as: try await identity(),
            region: place.region,
            at: now()
        )
        do throws(HTTPError) {
            return try await client.send(request)
        } catch {
            throw .http(error, doing: call.activity)
        }
    }

    private func failure(
        of response: HTTPResponse,
        _ call: StoreCall,
        region: String?
    ) async -> ObjectStorageError {
        // What went wrong is known by the status, too, so a body that cannot be read is none.
        let body = try? await response.body.collect(upTo: 64 << 10)
        await response.body.close()
        let root = body.flatMap { try? XMLDocument.root(of: $0) }
        var fault = root.flatMap { StoreFault($0) }
        if [301, 307, 400].contains(response.status), fault?.region == nil, let region {
            fault = StoreFault(code: fault?.code ?? "PermanentRedirect", region: region)
        }
        return .answered(
            response.status,
            fault,
            doing: call.activity,
            retryAfter: response.retryAfter(now: now())
        )
    }

    private static func body(
        of response: HTTPResponse,
        _ call: StoreCall
    ) async throws(ObjectStorageError) -> [UInt8] {
        do throws(HTTPError) {
            return try await response.body.collect(upTo: 16 << 20)
        } catch {
            throw .http(error, doing: call.activity)
        }
    }

    /// The XML of an answer with a status of success, which may tell a failure all the same.
    private static func root(
        of body: [UInt8],
        _ call: StoreCall
    ) throws(ObjectStorageError) -> XMLElement {
        let root: XMLElement
        do throws(XMLFault) {
            root = try XMLDocument.root(of: body)
        } catch {
            throw .malformed("\(error.reason) (byte \(error.offset))", doing: call.activity)
        }
        guard let fault = StoreFault(root) else { return root }
        let isPassing = fault.code == "InternalError" || fault.code == "SlowDown"
        throw .answered(isPassing ? 500 : 200, fault, doing: call.activity)
    }
}
