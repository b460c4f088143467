internal import Endpoints
internal import HTTP
internal import Signing

/// Where credentials of AWS are looked for, in the order of its own tools; the first that has some is believed.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>
struct AWSChain {
    let machine: Machine
    /// The only profile that is looked for; `nil` for the whole chain.
    let profile: String?

    /// What a place says.
    enum Finding {
        case found(Renewable<AWSCredentials>)
        /// Why it has none.
        case absent(String)
    }

    private enum Step: String, CaseIterable {
        case environment = "the environment"
        case webIdentity = "the web identity"
        case profile = "the profile"
        case container = "the container"
        case instance = "the instance"
    }

    /// The first credentials.
    ///
    /// - Throws: ``CredentialError``, which names the places that were looked at.
    func credentials() async throws(CredentialError) -> Renewable<AWSCredentials> {
        var absent: [String] = []
        for step in profile == nil ? Step.allCases : [.profile] {
            do throws(CredentialError) {
                switch try await look(at: step) {
                case .found(let credentials): return credentials
                case .absent(let reason): absent.append("\(step.rawValue) (\(reason))")
                }
            } catch {
                var error = error
                let before = absent.isEmpty ? "" : "; before it: \(absent.joined(separator: ", "))"
                error.message =
                    "credentials of AWS from \(step.rawValue): \(error.message)\(before)"
                throw error
            }
        }
        throw CredentialError(
            .missing,
            "no credentials of AWS were found; tried: \(absent.joined(separator: ", "))"
        )
    }

    private func look(at step: Step) async throws(CredentialError) -> Finding {
        switch step {
        case .environment: try environment()
        case .webIdentity: try await webIdentity()
        case .profile: AWSProfiles(machine: machine).finding(profile)
        case .container: try await AWSMetadata(machine: machine).container()
        case .instance: try await AWSMetadata(machine: machine).instance()
        }
    }

    private func environment() throws(CredentialError) -> Finding {
        guard let key = machine.variable("AWS_ACCESS_KEY_ID") else {
            return .absent("AWS_ACCESS_KEY_ID is not set")
        }
        guard let secret = machine.variable("AWS_SECRET_ACCESS_KEY") else {
            throw .misconfigured("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not")
        }
        let credentials = AWSCredentials(
            accessKey: key,
            secretKey: Secret(secret),
            sessionToken: machine.variable("AWS_SESSION_TOKEN").map { Secret($0) }
        )
        return .found(Renewable(credentials, at: machine.now(), expires: nil))
    }

    /// As clusters of Kubernetes give it to their pods.
    private func webIdentity() async throws(CredentialError) -> Finding {
        guard let file = machine.variable("AWS_WEB_IDENTITY_TOKEN_FILE") else {
            return .absent("AWS_WEB_IDENTITY_TOKEN_FILE is not set")
        }
        guard let role = machine.variable("AWS_ROLE_ARN") else {
            throw .misconfigured("AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not")
        }
        guard let token = machine.text(ofFile: file) else {
            throw .misconfigured("the file of AWS_WEB_IDENTITY_TOKEN_FILE cannot be read")
        }
        let credentials = try await AWSTokenService(machine: machine)
            .assume(role, webIdentity: Secret(token))
        return .found(credentials)
    }
}
