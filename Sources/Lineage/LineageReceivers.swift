public import Endpoints
public import Extraction
import Foundation
public import HTTP
public import Planning
import Words

/// An API that takes events of OpenLineage, such as Marquez.
public struct LineageAPI: LineageReceiver {
    private let url: HTTPURL
    private let key: @Sendable () -> Secret?
    private let events: RunEvents
    private let configuration: HTTPConfiguration

    /// The path of the API, where an address has none.
    private static let path = "/api/v1/lineage"
    /// What refuses an event for what it is.
    private static let refusals = [400, 409, 413, 422]

    /// An API.
    ///
    /// - Parameters:
    ///   - url: Its address; without a path `/api/v1/lineage` is meant.
    ///   - events: How events are written.
    ///   - environment: Knows proxies and authorities.
    ///   - key: Gives the key that is sent as a bearer token, for each event anew.
    /// - Throws: ``HTTPError`` for what is no address.
    public init(
        url: String,
        events: RunEvents,
        environment: SourceEnvironment,
        key: @escaping @Sendable () -> Secret?
    ) throws(HTTPError) {
        var url = try HTTPURL(url)
        if url.path == "/" { url.path = Self.path }
        self.url = url
        self.events = events
        self.key = key
        configuration = environment.web(reach: .privateNetworks)
    }

    /// Sends an event.
    public func take(_ event: LineageEvent) async throws {
        var fields = [("Content-Type", "application/json")]
        if let key = key() { fields.append(("Authorization", "Bearer \(key.revealed)")) }
        var request = HTTPRequest(
            "POST",
            url,
            fields: HTTPFields(fields),
            body: .bytes(try events.json(of: event))
        )
        request.limits.total = .seconds(30)
        do {
            try await send(request)
        } catch let error as HTTPError {
            if error.code == .cancelled { throw CancellationError() }
            throw LineageFailure(error.message)
        }
    }

    private func send(_ request: HTTPRequest) async throws {
        let client = HTTPClient(configuration)
        let status: Int
        let pause: Duration?
        do {
            let response = try await client.send(request)
            await response.body.close()
            await client.close()
            status = response.status
            pause = response.retryAfter(now: Int(Date().timeIntervalSince1970))
        } catch {
            await client.close()
            throw error
        }
        guard !(200...299).contains(status) else { return }
        throw LineageFailure(
            "the server at `\(url)` answers with the status \(status)",
            isFinal: Self.refusals.contains(status),
            pause: pause
        )
    }
}

/// A file to which events are appended, one in a line.
public struct LineageFile: LineageReceiver {
    private let path: String
    private let events: RunEvents

    /// A file, which is made when the first event is written.
    public init(path: String, events: RunEvents) {
        (self.path, self.events) = (path, events)
    }

    /// Appends an event, and waits until it is on the disk.
    ///
    /// A line that a crash has cut is ended first, so that it spoils no other.
    public func take(_ event: LineageEvent) async throws {
        let line = try events.json(of: event) + [UInt8(ascii: "\n")]
        let file = unsafe open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw failure("opened") }
        defer { close(file) }
        let size = lseek(file, 0, SEEK_END)
        var last = UInt8(ascii: "\n")
        if size > 0 { _ = unsafe pread(file, &last, 1, size - 1) }
        let bytes = last == UInt8(ascii: "\n") ? line : [UInt8(ascii: "\n")] + line
        guard unsafe write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            throw failure("written")
        }
    }

    private func failure(_ what: String) -> LineageFailure {
        LineageFailure("the file `\(path)` cannot be \(what): \(systemMessage(errno))")
    }
}

/// Several receivers, each of which takes every event.
///
/// Who cannot take it comes first: it is told again to all.
public struct LineageReceivers: LineageReceiver {
    private let receivers: [any LineageReceiver]

    /// Receivers in the order in which they are told.
    public init(_ receivers: [any LineageReceiver]) {
        self.receivers = receivers
    }

    /// Tells all of them; one that refuses the event for good keeps no other from it.
    public func take(_ event: LineageEvent) async throws {
        var refusal: LineageFailure?
        for receiver in receivers {
            do {
                try await receiver.take(event)
            } catch let failure as LineageFailure where failure.isFinal {
                refusal = refusal ?? failure
            }
        }
        if let refusal { throw refusal }
    }
}
