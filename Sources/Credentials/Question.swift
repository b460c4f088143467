internal import Foundation
internal import HTTP

/// Something that is asked of whoever hands out credentials.
struct Question {
    var method = "GET"
    var url: HTTPURL
    var fields = HTTPFields()
    var body: [UInt8] = []
    /// How far the service may be.
    var reach: Reach
    /// Who is asked, for messages.
    var service: String
    /// What is being done, for messages.
    var activity: String

    /// The address that a text names.
    ///
    /// - Throws: ``CredentialError`` of the same service and activity.
    static func url(
        _ text: String,
        _ service: String,
        doing activity: String
    ) throws(CredentialError) -> HTTPURL {
        do throws(HTTPError) {
            return try HTTPURL(text)
        } catch {
            throw .http(error, service, doing: activity)
        }
    }

    /// The fields of a body that is a form.
    static let form = HTTPFields([("content-type", "application/x-www-form-urlencoded")])

    /// Bytes of an answer at most.
    private static let largestAnswer = 256 << 10

    /// The body of a success.
    ///
    /// - Parameters:
    ///   - machine: How it is asked.
    ///   - word: What a failure's body says of it, in a word.
    /// - Returns: Its bytes.
    /// - Throws: ``CredentialError``.
    func answer(
        on machine: Machine,
        word: ([UInt8]) -> String? = { _ in nil }
    ) async throws(CredentialError) -> [UInt8] {
        var configuration = machine.web(reach)
        if reach == .metadata { configuration.proxies = .none }
        let client = HTTPClient(configuration)
        let outcome = await exchange(client)
        await client.close()
        let (status, bytes) = try outcome.get()
        guard (200...299).contains(status) else {
            throw .answered(status, word: word(bytes), service, doing: activity)
        }
        return bytes
    }

    /// The members of an answer in JSON.
    func object(
        on machine: Machine,
        word: (JSONObject) -> String? = { _ in nil }
    ) async throws(CredentialError) -> JSONObject {
        let bytes = try await answer(on: machine) { JSONObject($0).flatMap(word) }
        guard let object = JSONObject(bytes) else {
            throw .malformed("it is no object of JSON", service, doing: activity)
        }
        return object
    }

    private func exchange(
        _ client: HTTPClient
    ) async -> Result<(status: Int, body: [UInt8]), CredentialError> {
        do throws(HTTPError) {
            let response = try await client.send(request)
            let bytes = try await response.body.collect(upTo: Self.largestAnswer)
            return .success((response.status, bytes))
        } catch {
            return .failure(.http(error, service, doing: activity))
        }
    }

    /// The request that asks it.
    var request: HTTPRequest {
        var limits = HTTPLimits()
        limits.connecting = .seconds(reach == .metadata ? 2 : 10)
        limits.stalling = .seconds(10)
        limits.redirects = 0
        // Others wait for the answer, and one that comes byte by byte never stalls.
        limits.total = .seconds(30)
        return HTTPRequest(
            method,
            url,
            fields: fields,
            body: body.isEmpty ? .none : .bytes(body),
            limits: limits
        )
    }
}

/// An object of JSON, asked member by member.
struct JSONObject {
    private let members: [String: Any]

    init?(_ bytes: [UInt8]) {
        guard let members = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        else { return nil }
        self.members = members
    }

    private init(members: [String: Any]) {
        self.members = members
    }

    /// A text that is not empty.
    func text(_ name: String) -> String? {
        (members[name] as? String).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A whole number.
    func number(_ name: String) -> Int? { (members[name] as? NSNumber)?.intValue }

    /// An object within it.
    func object(_ name: String) -> JSONObject? {
        (members[name] as? [String: Any]).map { JSONObject(members: $0) }
    }
}
