internal import Digests
internal import Endpoints
internal import HTTP
internal import ObjectStorage
internal import Signing

/// The service of AWS that gives credentials for a while (STS).
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
struct AWSTokenService {
    let machine: Machine

    private static let service = "AWS STS"

    /// Credentials of a role, for a token that somebody else has given.
    func assume(
        _ role: String,
        webIdentity token: Secret
    ) async throws(CredentialError) -> Renewable<AWSCredentials> {
        let question = try question(
            "AssumeRoleWithWebIdentity",
            role,
            [("WebIdentityToken", token.revealed)]
        )
        return try await answer(question)
    }

    /// Credentials of a role, for other credentials.
    func assume(
        _ role: String,
        by credentials: AWSCredentials
    ) async throws(CredentialError) -> Renewable<AWSCredentials> {
        var question = try question("AssumeRole", role, [])
        let request = SignableRequest(
            question.method,
            host: question.url.authority,
            path: question.url.path,
            fields: question.fields.all,
            digest: SHA256.hexadecimal(question.body)
        )
        let signer = SignatureV4(credentials, region: region, service: "sts")
        for field in signer.fields(for: request, at: machine.now()) {
            question.fields.append(field.name, field.value)
        }
        return try await answer(question)
    }

    private var region: String {
        machine.variable("AWS_REGION") ?? machine.variable("AWS_DEFAULT_REGION") ?? "us-east-1"
    }

    private func question(
        _ action: String,
        _ role: String,
        _ more: [(name: String, value: String)]
    ) throws(CredentialError) -> Question {
        let form =
            [
                ("Action", action), ("Version", "2011-06-15"), ("RoleArn", role),
                ("RoleSessionName", "longshore"),
            ] + more
        let own =
            machine.variable("AWS_ENDPOINT_URL_STS") ?? machine.variable("AWS_ENDPOINT_URL")
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        let activity = "assuming the role `\(role)`"
        return Question(
            method: "POST",
            url: try Question.url(
                own ?? "https://sts.\(region).\(domain)",
                Self.service,
                doing: activity
            ),
            fields: Question.form,
            body: Array(SignableRequest.canonicalQuery(form).utf8),
            reach: own == nil ? .internet : .privateNetworks,
            service: Self.service,
            activity: activity
        )
    }

    private func answer(
        _ question: Question
    ) async throws(CredentialError) -> Renewable<AWSCredentials> {
        let bytes = try await question.answer(on: machine) {
            Self.element("Error", in: $0)?["Code"]
        }
        guard let found = Self.element("Credentials", in: bytes), let key = found["AccessKeyId"],
            let secret = found["SecretAccessKey"], let token = found["SessionToken"],
            let expires = found["Expiration"].flatMap(InternetTime.second)
        else {
            throw .malformed("it has no credentials", Self.service, doing: question.activity)
        }
        let credentials = AWSCredentials(
            accessKey: key,
            secretKey: Secret(secret),
            sessionToken: Secret(token)
        )
        return Renewable(credentials, at: machine.now(), expires: expires)
    }

    /// The first element of a name in a document, in whatever depth; `nil` also for what is no document.
    private static func element(_ name: String, in bytes: [UInt8]) -> XMLElement? {
        var open = (try? XMLDocument.root(of: bytes)).map { [$0] } ?? []
        while let element = open.popLast() {
            if element.name == name { return element }
            open += element.children
        }
        return nil
    }
}
