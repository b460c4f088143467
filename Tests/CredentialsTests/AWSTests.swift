import Digests
import Endpoints
import Loopback
import Signing
import Synchronization
import TestSupport
import Testing

@testable import Credentials

/// Credentials of AWS, from stand-ins for its services that answer as its documentation says.
@Suite("Credentials of AWS")
struct AWSTests {
    private static let secret = "canary-secret-key"
    private static let session = "canary-session"

    private static func credentials(
        _ surroundings: Surroundings,
        profile: String? = nil,
        role: String? = nil
    ) async throws -> AWSCredentials {
        try await surroundings.store.credentials(AWSIdentity(profile: profile, role: role))
    }

    /// What fails is told without any value.
    private static func failure(
        _ variables: [String: String],
        profile: String? = nil,
        role: String? = nil
    ) async throws -> CredentialError {
        let error = await #expect(throws: CredentialError.self) {
            try await credentials(Surroundings(variables), profile: profile, role: role)
        }
        let found = try #require(error)
        #expect(!"\(found) \(found.message)".contains("canary"))
        return found
    }

    /// Where nobody answers, so that a chain ends soon.
    private static let nowhere = ["AWS_EC2_METADATA_DISABLED": "true"]

    /// The XML of the token service.
    private static func document(_ action: String, key: String) -> String {
        """
        <\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(action)Result>
        <Credentials><AccessKeyId>\(key)</AccessKeyId><SecretAccessKey>\(secret)</SecretAccessKey>
        <SessionToken>\(session)</SessionToken><Expiration>2024-01-02T04:04:05Z</Expiration></Credentials>
        </\(action)Result></\(action)Response>
        """
    }

    /// The JSON of a metadata service.
    private static func object(key: String, expires: String = "2024-01-02T04:04:05Z") -> String {
        """
        {"Code": "Success", "AccessKeyId": "\(key)", "SecretAccessKey": "\(secret)", "Token": "\(session)",
         "Expiration": "\(expires)"}
        """
    }

    // MARK: The chain

    @Test("are those of the environment, before all others")
    func environment() async throws {
        let file = try Surroundings.file("[default]\naws_access_key_id = OTHER\n")
        let surroundings = Surroundings([
            "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": Self.secret,
            "AWS_SESSION_TOKEN": Self.session, "AWS_SHARED_CREDENTIALS_FILE": file,
        ])
        let found = try await Self.credentials(surroundings)
        #expect(found.accessKey == "AKIA1")
        #expect(found.secretKey.revealed == Self.secret)
        #expect(found.sessionToken?.revealed == Self.session)
        let half = try await Self.failure(["AWS_ACCESS_KEY_ID": "AKIA1"])
        #expect(half.code == .misconfigured)
        #expect(half.message.contains("AWS_SECRET_ACCESS_KEY is not"))
    }

    @Test("that are nowhere are told with all places that were looked at")
    func none() async throws {
        let error = try await Self.failure(Self.nowhere)
        #expect(error.code == .missing)
        #expect(
            error.message
                == "no credentials of AWS were found; tried: the environment (AWS_ACCESS_KEY_ID is not set), "
                + "the web identity (AWS_WEB_IDENTITY_TOKEN_FILE is not set), the profile (the files of AWS "
                + "have no keys of the profile `default`), the container "
                + "(AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and …_FULL_URI are not set), the instance "
                + "(AWS_EC2_METADATA_DISABLED is true)"
        )
        let silent = try await Self.failure([
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"
        ])
        #expect(
            silent.message.contains(
                "the instance (nothing of Amazon answers at http://127.0.0.1:1)"
            )
        )
    }

    @Test("are those of a profile's files: of the first, of the second, and of no other profile")
    func profiles() async throws {
        let keys = { (key: String) in
            "aws_access_key_id = \(key)\n aws_secret_access_key=\(Self.secret)\n"
        }
        let variables = [
            "AWS_SHARED_CREDENTIALS_FILE": try Surroundings.file(
                "# mine\n[other]\n\(keys("AKIAO"))[default]\n\(keys("AKIAD"))region = x\n"
            ),
            "AWS_CONFIG_FILE": try Surroundings.file(
                "[default]\n\(keys("NEVER"))\n[profile far]\n\(keys("AKIAF"))[far]\n\(keys("NEVER"))"
                    + "[profile half]\naws_access_key_id = NEVER\n"
            ),
        ]
        .merging(Self.nowhere) { own, _ in own }
        for (profile, key) in [(nil, "AKIAD"), ("other", "AKIAO"), ("far", "AKIAF")] {
            let found = try await Self.credentials(Surroundings(variables), profile: profile)
            #expect(found.accessKey == key)
            #expect(found.secretKey.revealed == Self.secret)
        }
        let named = variables.merging(["AWS_PROFILE": "far"]) { $1 }
        #expect(try await Self.credentials(Surroundings(named)).accessKey == "AKIAF")
        let error = try await Self.failure(variables, profile: "half")
        #expect(error.message.contains("no keys of the profile `half`"))
        #expect(!error.message.contains("environment"))
    }

    // MARK: Metadata

    @Test("are those of a container, asked with its token, and only as its environment names it")
    func container() async throws {
        let server = try WebServer { request, connection in
            guard request["Authorization"] == "canary-token" else {
                return connection.say(#"{"code": "NoToken", "message": "canary"}"#, status: 401)
            }
            connection.say(Self.object(key: "ASIAC"))
        }
        let variables = [
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(server.url)/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": try Surroundings.file("canary-token\n"),
        ]
        let found = try await Self.credentials(Surroundings(variables))
        #expect(found.accessKey == "ASIAC")
        #expect(found.sessionToken?.revealed == Self.session)
        let denied = try await Self.failure([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(server.url)/v1/credentials"
        ])
        #expect(denied.code == .denied)
        #expect(denied.message.contains("says `NoToken` (status 401); before it: the environment"))
        let elsewhere = try await Self.failure([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/credentials"
        ])
        #expect(elsewhere.message.contains("without TLS"), "\(elsewhere)")
    }

    @Test("are those of an instance's role, by a session's token, and again before they expire")
    func instance() async throws {
        let count = Atomic(0)
        let server = try WebServer { request, connection in
            let isSession = request["X-aws-ec2-metadata-token"] == "canary-imds"
            switch (request.method, request.path, isSession) {
            case ("PUT", "/latest/api/token", _):
                #expect(request["X-aws-ec2-metadata-token-ttl-seconds"] == "600")
                connection.say("canary-imds")
            case ("GET", "/latest/meta-data/iam/security-credentials/", true):
                connection.say("loader\n")
            case ("GET", "/latest/meta-data/iam/security-credentials/loader", true):
                let number = count.add(1, ordering: .relaxed).newValue
                connection.say(
                    Self.object(
                        key: "ASIAI\(number)",
                        expires: number == 1 ? "2024-01-02T04:04:05Z" : "2024-01-02T05:04:05Z"
                    )
                )
            default: connection.say("", status: 401)
            }
        }
        let surroundings = Surroundings(["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url + "/"])
        let store = surroundings.store
        let identity = AWSIdentity(profile: nil, role: nil)
        #expect(try await store.credentials(identity).accessKey == "ASIAI1")
        surroundings.pass(seconds: 3_299)
        #expect(try await store.credentials(identity).accessKey == "ASIAI1")
        surroundings.pass(seconds: 1)
        #expect(try await store.credentials(identity).accessKey == "ASIAI2")
        #expect(server.requests.count == 6)
    }

    @Test(
        "of an instance without a role, or of a machine that is not Amazon's, are none",
        arguments: [
            ("", "the instance has no role"), ("/latest/api/token", "nothing of Amazon answers at"),
        ]
    )
    func noRole(_ missing: String, _ reason: String) async throws {
        let server = try WebServer { request, connection in
            let isToken = request.method == "PUT" && request.path != missing
            connection.say(isToken ? "canary-imds" : "", status: isToken ? 200 : 404)
        }
        let error = try await Self.failure([
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url
        ])
        #expect(error.code == .missing)
        #expect(error.message.contains("no credentials of AWS were found"))
        #expect(error.message.contains("the instance (\(reason)"), "\(error)")
    }

    // MARK: The token service

    @Test("are had for a web identity, whose token goes to the token service only")
    func webIdentity() async throws {
        let server = try WebServer { request, connection in
            let form = request.form
            #expect(form["Action"] == "AssumeRoleWithWebIdentity")
            #expect(form["RoleArn"] == "arn:aws:iam::1:role/loader")
            #expect(request["Authorization"] == nil)
            guard form["WebIdentityToken"] == "canary-jwt" else {
                let text =
                    "<ErrorResponse><Error><Code>ExpiredTokenException</Code><Message>canary</Message>"
                return connection.say("\(text)</Error></ErrorResponse>", status: 400)
            }
            connection.say(Self.document("AssumeRoleWithWebIdentity", key: "ASIAW"))
        }
        var variables = [
            "AWS_ENDPOINT_URL_STS": server.url, "AWS_ROLE_ARN": "arn:aws:iam::1:role/loader",
            "AWS_WEB_IDENTITY_TOKEN_FILE": try Surroundings.file("canary-jwt"),
        ]
        #expect(try await Self.credentials(Surroundings(variables)).accessKey == "ASIAW")
        variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = try Surroundings.file("canary-old")
        let error = try await Self.failure(variables)
        #expect(error.code == .denied)
        #expect(error.message.contains("AWS STS says `ExpiredTokenException` (status 400)"))
        variables["AWS_ROLE_ARN"] = nil
        #expect(try await Self.failure(variables).message.contains("AWS_ROLE_ARN is not"))
    }

    @Test("of a role are asked for by a signed request, once, and again before they expire")
    func role() async throws {
        let server = try WebServer { request, connection in
            let form = request.form
            #expect(form["Action"] == "AssumeRole" && form["RoleSessionName"] == "longshore")
            #expect(Self.isSigned(request, region: "eu-west-1"))
            connection.say(Self.document("AssumeRole", key: "ASIAR"))
        }
        let surroundings = Surroundings([
            "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": Self.secret,
            "AWS_ENDPOINT_URL": server.url, "AWS_REGION": "eu-west-1",
        ])
        let store = surroundings.store
        let identity = AWSIdentity(profile: nil, role: "arn:aws:iam::1:role/r")
        let found = try await withThrowingTaskGroup(of: AWSCredentials.self) { group in
            for _ in 0..<8 { group.addTask { try await store.credentials(identity) } }
            return try await group.reduce(into: Set<AWSCredentials>()) { $0.insert($1) }
        }
        #expect(found.map(\.accessKey) == ["ASIAR"])
        #expect(server.requests.count == 1)
        surroundings.pass(seconds: 3_300)
        _ = try await store.credentials(identity)
        #expect(server.requests.count == 2)
    }

    @Test("of a role that is denied, or of a service that is away, are told so")
    func roleRefused() async throws {
        let busy = try WebServer { _, connection in connection.say("no canary", status: 503) }
        for (url, code) in [
            (busy.url, CredentialError.Code.unavailable), ("http://127.0.0.1:1", .unavailable),
        ] {
            let error = try await Self.failure(
                [
                    "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": Self.secret,
                    "AWS_ENDPOINT_URL_STS": url,
                ],
                role: "arn:aws:iam::1:role/r"
            )
            #expect(error.code == code && error.isRetryable)
            #expect(error.message.contains("assuming the role `arn:aws:iam::1:role/r`"))
        }
    }

    /// The signature, made again from what has come.
    private static func isSigned(_ request: WebServer.Request, region: String) -> Bool {
        let signable = SignableRequest(
            request.method,
            host: request["Host"] ?? "",
            path: request.path,
            fields: [("content-type", request["Content-Type"] ?? "")],
            digest: SHA256.hexadecimal(request.body)
        )
        let credentials = AWSCredentials(accessKey: "AKIA1", secretKey: Secret(secret))
        let signer = SignatureV4(credentials, region: region, service: "sts")
        let second = request["x-amz-date"] == "20240102T030405Z" ? 1_704_164_645 : 1_704_167_945
        let expected = signer.fields(for: signable, at: second)
            .first { $0.name == "authorization" }?
            .value
        return expected != nil && request["Authorization"] == expected
    }
}
