/// Where an answer leads to, by our rules.
enum Redirect {
    /// The next address to ask; `nil` where the answer is what was asked for.
    ///
    /// The fields of the request, which may hold a secret, go along: so it is followed to the same host and
    /// port only, or from `http` to `https` where both have their usual ports.
    ///
    /// - Throws: ``HTTPError/Code/redirectRefused``.
    static func target(
        of response: HTTPResponse,
        to request: HTTPRequest
    ) throws(HTTPError) -> HTTPURL? {
        guard request.limits.redirects > 0, ["GET", "HEAD"].contains(request.method),
            [301, 302, 303, 307, 308].contains(response.status),
            let location = response.fields["Location"]
        else { return nil }
        let target: HTTPURL
        do throws(HTTPError) {
            target = try request.url.resolving(location)
        } catch {
            throw .redirectRefused(request, to: "a place that is no URL")
        }
        guard target.host == request.url.host, target.port == request.url.port else {
            throw .redirectRefused(request, to: "another host")
        }
        guard target.isSecure || !request.url.isSecure else {
            throw .redirectRefused(request, to: "the same host without TLS")
        }
        return target
    }
}
