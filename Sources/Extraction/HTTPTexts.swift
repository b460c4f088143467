import Endpoints
import Foundation
import HTTP
import Pipelines
import Words

/// What a source that is an API says, with the values of variables, and what messages say in their places.
struct HTTPTexts: Sendable {
    /// The source's name.
    let name: String
    let url: ResolvedText
    /// The texts of its authentication.
    private let parts: [ResolvedText]
    private let kind: HTTPPlace.Authentication
    /// What neither messages nor rows may hold.
    var scrub = SecretScrub()

    init(
        _ place: HTTPPlace,
        name: String,
        _ environment: SourceEnvironment
    ) throws(ExtractionError) {
        self.name = name
        kind = place.authentication
        url = try environment.resolve(place.url)
        var parts: [ResolvedText] = []
        for text in kind.texts { parts.append(try environment.resolve(text)) }
        self.parts = parts
        for secret in secrets { scrub.add(secret) }
    }

    /// Who asks, by all that tells.
    var identity: Secret { Secret(parts.map(\.value).joined(separator: "\n")) }

    private func value(_ index: Int) -> String { parts[index].value }

    private var secrets: [String] {
        switch kind {
        case .none: []
        case .query, .header: [value(1)]
        case .bearer: [value(0)]
        case .basic: [value(1), basicCode(value(0), value(1))]
        case .clientCredentials: client.map { [$0.secret, basicCode(of: $0)] } ?? []
        }
    }

    /// Where tokens are asked for, and how; `nil` where none are.
    var client: OAuthClient? {
        guard case .clientCredentials(var client) = kind else { return nil }
        (client.url, client.client) = (value(0), value(1))
        (client.secret, client.scope) = (value(2), value(3))
        return client
    }

    /// Makes a request known as ours; `token` is what ``client`` has got.
    func sign(_ request: inout HTTPRequest, token: Secret?) {
        switch kind {
        case .none: break
        case .query: request.url.setParameter(value(0), to: value(1))
        case .header: request.fields[value(0)] = value(1)
        case .bearer: request.fields["Authorization"] = "Bearer \(value(0))"
        case .basic:
            request.fields["Authorization"] = "Basic \(basicCode(value(0), value(1)))"
        case .clientCredentials:
            request.fields["Authorization"] = "Bearer \(token?.revealed ?? "")"
        }
    }

    /// User and password as the field `Authorization` says them.
    private func basicCode(_ user: String, _ password: String) -> String {
        Data("\(user):\(password)".utf8).base64EncodedString()
    }

    /// Client and secret as the field `Authorization` says them (RFC 6749, 2.3.1).
    func basicCode(of client: OAuthClient) -> String {
        basicCode(
            PercentEncoding.encoded(client.client.utf8),
            PercentEncoding.encoded(client.secret.utf8)
        )
    }

    /// `message` without the values of variables, and without secrets.
    func masked(_ message: String) -> String {
        scrub.scrubbed(([url] + parts).reduce(message) { $1.masked($0) })
    }
}

extension HTTPURL {
    /// Sets a parameter of the query in the place of all that are called so.
    mutating func setParameter(_ name: String, to value: String) {
        let others = (query?.revealed ?? "").utf8.split(separator: UInt8(ascii: "&"))
            .filter { pair in
                let written = pair.prefix { $0 != UInt8(ascii: "=") }
                return !PercentEncoding.decoded(written).bytes.elementsEqual(name.utf8)
            }
            .map { String(Substring($0)) }
        let pair = PercentEncoding.encoded(name.utf8) + "=" + PercentEncoding.encoded(value.utf8)
        query = Secret((others + [pair]).joined(separator: "&"))
    }
}
