internal import Digests
internal import Endpoints
internal import Words

/// The signatures of AWS, version 4: by default as S3 wants them.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>
public struct SignatureV4: Sendable {
    private let credentials: AWSCredentials
    private let region: String
    private let service: String

    private static let algorithm = "AWS4-HMAC-SHA256"

    /// Signatures for a service of a region.
    public init(_ credentials: AWSCredentials, region: String, service: String = "s3") {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// The fields that make a request a signed one, besides its own.
    ///
    /// - Parameters:
    ///   - request: What is signed.
    ///   - second: The time in seconds since 1970; the server's clock may differ by 15 minutes.
    /// - Returns: The time, the body's digest, the session's token, and the signature.
    public func fields(
        for request: SignableRequest,
        at second: Int
    ) -> [(name: String, value: String)] {
        let stamp = Stamp(second)
        var added = [
            (name: "x-amz-date", value: stamp.time), ("x-amz-content-sha256", request.digest),
        ]
        if let token = credentials.sessionToken {
            added.append(("x-amz-security-token", token.revealed))
        }
        let fields = SignedFields([("host", request.host)] + request.fields + added)
        let signature = signature(of: request, fields: fields, at: stamp)
        let authorization =
            "\(Self.algorithm) Credential=\(credentials.accessKey)/\(scope(stamp)),"
            + "SignedHeaders=\(fields.names),Signature=\(signature)"
        return added + [("authorization", authorization)]
    }

    private func signature(
        of request: SignableRequest,
        fields: SignedFields,
        at stamp: Stamp
    ) -> String {
        // S3 signs paths as they are sent.
        let canonical = [
            request.method, request.path, SignableRequest.canonicalQuery(request.query),
            fields.lines, fields.names, request.digest,
        ]
        .joined(separator: "\n")
        let text = [
            Self.algorithm, stamp.time, scope(stamp), SHA256.hexadecimal(Array(canonical.utf8)),
        ]
        .joined(separator: "\n")
        return MessageAuthentication.hexadecimal(Array(text.utf8), key: key(stamp))
    }

    /// A key for a day, region and service: a service never sees the secret itself.
    private func key(_ stamp: Stamp) -> [UInt8] {
        [stamp.day, region, service, "aws4_request"]
            .reduce(Array("AWS4\(credentials.secretKey.revealed)".utf8)) { key, part in
                MessageAuthentication.code(of: Array(part.utf8), key: key)
            }
    }

    private func scope(_ stamp: Stamp) -> String {
        "\(stamp.day)/\(region)/\(service)/aws4_request"
    }
}

/// The fields of a request as a signature has them.
private struct SignedFields {
    /// Each field on a line that ends with a line feed.
    let lines: String
    /// Their names in order.
    let names: String

    init(_ fields: [(name: String, value: String)]) {
        var values: [String: [String]] = [:]
        for field in fields {
            values[field.name.lowercased(), default: []].append(Self.squeezed(field.value))
        }
        let sorted = values.sorted { precedes($0.key, $1.key) }
        lines = sorted.map { "\($0.key):\($0.value.joined(separator: ","))\n" }.joined()
        names = sorted.map(\.key).joined(separator: ";")
    }

    /// Without blanks at its ends, and with one blank for several.
    private static func squeezed(_ value: String) -> String {
        value.unicodeScalars.split { $0 == " " || $0 == "\t" }.map { String($0) }
            .joined(separator: " ")
    }
}
