internal import Digests
internal import Foundation
internal import Loopback

/// Whether a request is signed as AWS wants it, judged by the bytes that have come: nothing of it is shared
/// with what signs.
struct S3SignatureCheck {
    let region: String

    /// A status and a code of S3; `nil` for a request that is signed well.
    func refusal(of request: WebServer.Request) -> (Int, String)? {
        guard let text = request["Authorization"], text.hasPrefix("AWS4-HMAC-SHA256 ") else {
            return (403, "AccessDenied")
        }
        let parts = Dictionary(
            uniqueKeysWithValues: text.dropFirst(17).split(separator: ",")
                .map { part in
                    let pair = part.trimmingCharacters(in: .whitespaces).split(separator: "=")
                    return (String(pair[0]), String(pair[1]))
                }
        )
        let scope = (parts["Credential"] ?? "").split(separator: "/").map(String.init)
        guard scope.count == 5, scope[0] == S3Double.accessKey else {
            return (403, "InvalidAccessKeyId")
        }
        guard scope[2] == region else { return (400, "AuthorizationHeaderMalformed") }
        if let refusal = refusal(ofTimeAndBody: request, day: scope[1]) { return refusal }
        let names = (parts["SignedHeaders"] ?? "").split(separator: ";").map(String.init)
        let needed = ["host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]
        guard Set(names).isSuperset(of: needed), names == names.sorted() else {
            return (403, "AccessDenied")
        }
        let wanted = signature(request, names, scope: Array(scope.dropFirst()))
        return parts["Signature"] == wanted ? nil : (403, "SignatureDoesNotMatch")
    }

    private func refusal(
        ofTimeAndBody request: WebServer.Request,
        day: String
    ) -> (Int, String)? {
        guard let digest = request["x-amz-content-sha256"] else { return (400, "InvalidRequest") }
        guard digest == SHA256.hexadecimal(request.body) else {
            return (400, "XAmzContentSHA256Mismatch")
        }
        guard request["x-amz-security-token"] == S3Double.sessionToken else {
            return (403, "InvalidToken")
        }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "UTC")
        format.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        guard let stamp = request["x-amz-date"], stamp.hasPrefix(day),
            let date = format.date(from: stamp), abs(date.timeIntervalSinceNow) < 900
        else { return (403, "RequestTimeTooSkewed") }
        return nil
    }

    private func signature(
        _ request: WebServer.Request,
        _ names: [String],
        scope: [String]
    ) -> String {
        let target = request.target.split(separator: "?", maxSplits: 1)
        let query = (target.count > 1 ? target[1] : "").split(separator: "&")
            .map { $0.contains("=") ? String($0) : "\($0)=" }.sorted()
        let fields = names.map { "\($0):\((request[$0] ?? ""))\n" }.joined()
        let canonical = [
            request.method, String(target[0]), query.joined(separator: "&"), fields,
            names.joined(separator: ";"), request["x-amz-content-sha256"] ?? "",
        ]
        let text = [
            "AWS4-HMAC-SHA256", request["x-amz-date"] ?? "", scope.joined(separator: "/"),
            SHA256.hexadecimal(Array(canonical.joined(separator: "\n").utf8)),
        ]
        var key = Array("AWS4\(S3Double.secretKey)".utf8)
        for part in scope { key = MessageAuthentication.code(of: Array(part.utf8), key: key) }
        let message = Array(text.joined(separator: "\n").utf8)
        return MessageAuthentication.hexadecimal(message, key: key)
    }
}
