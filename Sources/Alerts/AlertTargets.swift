public import Extraction
import HTTP
import Pipelines
public import Planning

/// The targets of alerts as they are seen from here: the only place that knows their kinds.
///
/// A target is looked at anew for each message, so that a variable's value counts when it is told.
public struct AlertTargets: AlertTeller {
    private let environment: SourceEnvironment

    /// Targets whose `${…}` mean what they do in sources.
    public init(environment: SourceEnvironment) {
        self.environment = environment
    }

    /// Tells a message.
    ///
    /// - Throws: ``AlertFailure``, without the values of variables; `CancellationError`.
    public func tell(_ message: AlertMessage) async throws {
        let url: ResolvedText
        do {
            url = try environment.resolve(message.target.url)
        } catch {
            throw AlertFailure(error.message)
        }
        let web = environment.web(reach: message.target.isPrivate ? .privateNetworks : .internet)
        do {
            switch message.target.kind {
            case .mail: try await mail(message, url, web)
            case .webhook:
                try await post(Webhook.body(of: message), message, HTTPURL(url.value), web)
            case .alertmanager:
                let address = try Alertmanager.address(HTTPURL(url.value))
                try await post(Alertmanager.body(of: message), message, address, web)
            }
        } catch let error as HTTPError {
            if error.code == .cancelled { throw CancellationError() }
            throw AlertFailure(shown(error.message, url, message.target))
        } catch let error as MailError {
            if error.code == .cancelled { throw CancellationError() }
            throw AlertFailure(shown(error.message, url, message.target))
        }
    }

    /// What has failed, with `${NAME}` in the place of each value.
    private func shown(_ message: String, _ url: ResolvedText, _ target: AlertTarget) -> String {
        "\(target.kind.rawValue) at `\(url.shown)`: \(url.masked(message))"
    }

    private func mail(
        _ message: AlertMessage,
        _ url: ResolvedText,
        _ web: HTTPConfiguration
    ) async throws {
        let target = message.target
        let mail = AlertMail(message)
        try await MailClient(web)
            .send(
                OutgoingMail(
                    sender: mail.sender,
                    recipients: target.recipients,
                    bytes: mail.bytes
                ),
                to: MailURL(url.value)
            )
    }

    private func post(
        _ body: [UInt8],
        _ message: AlertMessage,
        _ url: HTTPURL,
        _ web: HTTPConfiguration
    ) async throws {
        var request = HTTPRequest(
            "POST",
            url,
            fields: HTTPFields([
                ("Content-Type", "application/json"), ("Idempotency-Key", message.identity),
            ]),
            body: .bytes(body)
        )
        request.alias = message.target.url
        let status = try await Self.status(of: request, by: HTTPClient(web))
        guard !(200...299).contains(status) else { return }
        let kind = message.target.kind.rawValue
        throw AlertFailure(
            "\(kind) at `\(message.target.url)`: the server answers with the status \(status)"
        )
    }

    /// Sends a request and lets go of the server.
    private static func status(
        of request: HTTPRequest,
        by client: HTTPClient
    ) async throws -> Int {
        do {
            let response = try await client.send(request)
            await response.body.close()
            await client.close()
            return response.status
        } catch {
            await client.close()
            throw error
        }
    }
}
