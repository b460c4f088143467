import Digests
import Extraction
import HTTP
import ObjectStorage
import Pipelines
import Planning
import Words

/// Requests to an HTTP API, one for each row.
///
/// Each has the field `Idempotency-Key`, the same for every try of a revision, and the fields `Longshore-Export`,
/// `Longshore-Key` and `Longshore-Revision`, by which an API can tell what is older than what it has: it answers 412.
struct CallTarget: EffectTarget {
    private let call: ExportCall
    private let url: KeyedName
    private let environment: SourceEnvironment
    private let client: HTTPClient

    init(_ call: ExportCall, environment: SourceEnvironment) {
        self.call = call
        self.environment = environment
        url = KeyedName(call.url)
        client = HTTPClient(environment.web(reach: call.isPrivate ? .privateNetworks : .internet))
    }

    nonisolated(nonsending) func deliver(_ effect: Effect) async throws -> EffectResult {
        let address = try environment.resolve(url.filled(with: effect.keyValues))
        guard !Self.leads(address.value) else {
            return .refused(
                EffectFailure(
                    code: "export.address",
                    message:
                        "`\(call.method) \(call.url)`: the row's key makes a step of the path, `.` or `..`, which leads elsewhere"
                )
            )
        }
        let headers = try call.headers.sorted { $0.key < $1.key }
            .map { (name: $0.key, value: try environment.resolve($0.value)) }
        do {
            let response = try await client.send(request(effect, to: address, headers))
            await response.body.close()
            return try result(of: response, effect)
        } catch let error as HTTPError {
            let message = headers.reduce(address.masked(error.message)) { $1.value.masked($0) }
            return try result(of: error, message)
        }
    }

    func close() async {
        await client.close()
    }

    // MARK: Requests

    private func request(
        _ effect: Effect,
        to address: ResolvedText,
        _ headers: [(name: String, value: ResolvedText)]
    ) throws(HTTPError) -> HTTPRequest {
        let isDelete = effect.kind == .delete
        let export = "\(effect.export.schema).\(effect.export.name)"
        let identity = "\(export)\n\(effect.revision)\n\(effect.key)"
        var fields = HTTPFields([
            ("Content-Type", "application/json"),
            ("Idempotency-Key", String(SHA256.hexadecimal(Array(identity.utf8)).prefix(32))),
            ("Longshore-Export", export),
            ("Longshore-Key", PercentEncoding.encoded(effect.key.utf8)),
            ("Longshore-Revision", String(effect.revision)),
        ])
        if isDelete { fields["Content-Type"] = nil }
        for (name, value) in headers { fields[name] = value.value }
        var request = HTTPRequest(
            isDelete ? "DELETE" : call.method,
            try HTTPURL(address.value),
            fields: fields,
            body: isDelete ? .none : .bytes(Array(effect.body.utf8))
        )
        // Its URL has the values of a row.
        request.alias = call.url
        return request
    }

    /// Whether a part of the path is a step to another place, which servers take also when it is encoded
    /// (<https://url.spec.whatwg.org/#double-dot-path-segment>).
    private static func leads(_ address: String) -> Bool {
        let path = address.utf8.prefix { !"?#".utf8.contains($0) }
        return path.split(separator: UInt8(ascii: "/"))
            .contains { part in
                let bytes = PercentEncoding.decoded(part).bytes
                return bytes.elementsEqual(".".utf8) || bytes.elementsEqual("..".utf8)
            }
    }

    // MARK: Answers

    /// What an answer says of the effect; it is thrown when it would befall each of them.
    private func result(of response: HTTPResponse, _ effect: Effect) throws -> EffectResult {
        let status = response.status
        let failure = EffectFailure(
            code: "export.status_\(status)",
            message: "`\(call.method) \(call.url)`: the server answers with the status \(status)"
        )
        switch status {
        case 200...299, 412: return .delivered
        case 404, 410: return effect.kind == .delete ? .delivered : .refused(failure)
        case 401, 403, 407:
            throw TargetError(
                "denied",
                failure.message + "; check the credentials in its `headers`, and their rights"
            )
        case 408, 425, 429, 500...599:
            return .postponed(failure, for: response.retryAfter(now: secondsSince1970()))
        default: return .refused(failure)
        }
    }

    private func result(of error: HTTPError, _ message: String) throws -> EffectResult {
        if error.code == .cancelled { throw CancellationError() }
        guard error.isRetryable else { throw TargetError("http", message) }
        let failure = EffectFailure(code: "export.\(error.code)", message: message)
        return .postponed(failure, for: nil)
    }
}
