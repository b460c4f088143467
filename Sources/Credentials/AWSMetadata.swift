internal import Endpoints
internal import HTTP
internal import Signing
internal import Words

/// What Amazon's machines say of themselves: to containers at an address of their own, to instances by the second
/// version of their service (IMDSv2), which wants a token first.
///
/// Definitions never name these addresses: they are written here, or in the environment of the process.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>,
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html>
struct AWSMetadata {
    let machine: Machine

    /// Where containers may be told to ask without TLS, besides this machine.
    private static let containerHosts = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"]
    private static let instanceHosts = ["169.254.169.254", "fd00:ec2::254"]

    // MARK: Containers

    /// The credentials of the container.
    func container() async throws(CredentialError) -> AWSChain.Finding {
        let text: String
        if let path = machine.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            text = "http://169.254.170.2\(path)"
        } else if let full = machine.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            text = full
        } else {
            return .absent("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and …_FULL_URI are not set")
        }
        var question = try question("AWS container metadata", text, hosts: Self.containerHosts)
        if let file = machine.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            guard let token = machine.text(ofFile: file) else {
                throw .misconfigured(
                    "the file of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read"
                )
            }
            question.fields["Authorization"] = token
        } else if let token = machine.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN") {
            question.fields["Authorization"] = token
        }
        return .found(try await credentials(question))
    }

    // MARK: Instances

    /// The credentials of the instance's role.
    func instance() async throws(CredentialError) -> AWSChain.Finding {
        if machine.variable("AWS_EC2_METADATA_DISABLED")?.lowercased() == "true" {
            return .absent("AWS_EC2_METADATA_DISABLED is true")
        }
        let place =
            machine.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254"
        let base = place.hasSuffix("/") ? String(place.dropLast()) : place
        guard let token = try await instanceToken(base) else {
            return .absent("nothing of Amazon answers at \(base)")
        }
        let path = "\(base)/latest/meta-data/iam/security-credentials/"
        var question = try question("AWS instance metadata", path, hosts: Self.instanceHosts)
        question.fields["X-aws-ec2-metadata-token"] = token.revealed
        guard let role = try await role(question) else {
            return .absent("the instance has no role")
        }
        question.url.path += PercentEncoding.encoded(role.utf8)
        return .found(try await credentials(question))
    }

    /// The first name in the list of roles; `nil` of an instance that has none: it answers with 404.
    private func role(_ question: Question) async throws(CredentialError) -> Substring? {
        do throws(CredentialError) {
            let names = String(decoding: try await question.answer(on: machine), as: UTF8.self)
            return names.split(whereSeparator: \.isNewline).first
        } catch {
            guard error.status == 404 else { throw error }
            return nil
        }
    }

    /// The token of a session; `nil` where nobody answers, or knows of none, as on machines that are not Amazon's.
    private func instanceToken(_ base: String) async throws(CredentialError) -> Secret? {
        var question = try question(
            "AWS instance metadata",
            "\(base)/latest/api/token",
            hosts: Self.instanceHosts
        )
        question.method = "PUT"
        question.fields["X-aws-ec2-metadata-token-ttl-seconds"] = "600"
        do throws(CredentialError) {
            return Secret(String(decoding: try await question.answer(on: machine), as: UTF8.self))
        } catch {
            guard error.isSilence || error.status == 404 else { throw error }
            return nil
        }
    }

    // MARK: Answers

    private func question(
        _ service: String,
        _ text: String,
        hosts: [String]
    ) throws(CredentialError) -> Question {
        let activity = "asking \(service)"
        let url = try Question.url(text, service, doing: activity)
        let isKnown = hosts.contains(url.host) || url.isThisMachine
        // Elsewhere a service is one of the internet's or of a private network's, by TLS.
        let reach: Reach = isKnown ? .metadata : .privateNetworks
        return Question(url: url, reach: reach, service: service, activity: activity)
    }

    private func credentials(
        _ question: Question
    ) async throws(CredentialError) -> Renewable<AWSCredentials> {
        let answer = try await question.object(on: machine) { $0.text("code") }
        if let code = answer.text("Code"), code != "Success" {
            throw .answered(200, word: code, question.service, doing: question.activity)
        }
        guard let key = answer.text("AccessKeyId"), let secret = answer.text("SecretAccessKey")
        else {
            throw .malformed("it has no keys", question.service, doing: question.activity)
        }
        let credentials = AWSCredentials(
            accessKey: key,
            secretKey: Secret(secret),
            sessionToken: answer.text("Token").map { Secret($0) }
        )
        let now = machine.now()
        let expires = answer.text("Expiration").flatMap(InternetTime.second) ?? now + 600
        return Renewable(credentials, at: now, expires: expires)
    }
}
