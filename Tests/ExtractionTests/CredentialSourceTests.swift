import Foundation
import Loopback
import Pipelines
import Synchronization
import TestSupport
import Testing

@testable import Extraction

/// Credentials of a definition, in the sources that name them.
@Suite("Credentials of sources")
struct CredentialSourceTests {
    /// A folder with files of credentials in `secrets`, and one besides.
    private let root: String

    init() throws {
        let folder = NSTemporaryDirectory() + "longshore-credentials-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder + "/secrets",
            withIntermediateDirectories: true
        )
        root = try #require(FilePath.resolved(folder))
        try write("canary-file\n", "secrets/crm")
        try write("canary-other", "other")
        try FileManager.default.createSymbolicLink(
            atPath: root + "/secrets/link",
            withDestinationPath: root + "/other"
        )
    }

    private func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: root + "/" + name))
    }

    /// `text` as a source gets it, with some credentials.
    private func resolved(
        _ text: String,
        _ credentials: [String: Credential],
        _ variables: [String: String] = [:],
        names: VariableNames? = nil,
        own: [String] = []
    ) async throws -> ResolvedText {
        let environment = SourceEnvironment(names: names, places: SourcePlaces(own: own)) {
            variables[$0]
        }
        let named = NamedCredentials(declared: credentials, environment: environment)
        return try await named.environment(for: [text], of: "crm").resolve(text)
    }

    /// What is refused is told without any value.
    private func failure(
        _ credentials: [String: Credential],
        _ variables: [String: String] = [:],
        names: VariableNames? = nil,
        own: [String] = []
    ) async throws -> ExtractionError {
        let error = await #expect(throws: ExtractionError.self) {
            try await resolved("${credential:crm}", credentials, variables, names: names, own: own)
        }
        let found = try #require(error)
        #expect(!"\(found)".contains("canary"), "\(found)")
        return found
    }

    // MARK: Files

    @Test("the text of a file stands in a source's text, and is masked in what a server says")
    func file() async throws {
        let variables = ["CREDENTIALS_DIRECTORY": root + "/secrets", "HOST": "db.example"]
        for path in ["crm", "${CREDENTIALS_DIRECTORY}/crm"] {
            let text = try await resolved(
                "postgres://u:${credential:crm}@${HOST}/x",
                ["crm": .file(path: path)],
                variables
            )
            #expect(text.value == "postgres://u:canary-file@db.example/x")
            #expect(text.shown == "postgres://u:${credential:crm}@${HOST}/x")
            #expect(
                text.masked("no user canary-file at db.example")
                    == "no user ${credential:crm} at ${HOST}"
            )
        }
        try write("canary-new", "secrets/crm")
        let text = try await resolved("${credential:crm}", ["crm": .file(path: "crm")], variables)
        #expect(text.value == "canary-new")
    }

    @Test("a file is read below the folders for credentials only, wherever a link leads")
    func allowed() async throws {
        let listed = ["LONGSHORE_CREDENTIALS_BELOW": "/nowhere:\(root)/secrets/"]
        let file = ["crm": Credential.file(path: root + "/secrets/crm")]
        #expect(try await resolved("${credential:crm}", file, listed).value == "canary-file")
        #expect(try await failure(file).code == .forbidden)
        for path in [
            "/other", "/secrets/../other", "/secrets/link", "/secrets", "/none", "/secrets2/crm",
        ] {
            let error = try await failure(["crm": .file(path: root + path)], listed)
            #expect(error.code == .forbidden || path == "/secrets", "\(path): \(error)")
            #expect(error.isAbsence == false)
        }
        for path in ["/proc/self/environ", "crm", "/etc/hostname"] {
            #expect(try await failure(["crm": .file(path: path)], listed).code == .forbidden)
        }
        let own = try await failure(file, listed, own: [root + "/secrets/crm"])
        #expect(own.code == .forbidden)
    }

    @Test("a file that is not there may come, and one that cannot be read as a text is told")
    func unusable() async throws {
        let variables = ["CREDENTIALS_DIRECTORY": root + "/secrets"]
        let missing = try await failure(["crm": .file(path: "none")], variables)
        #expect(missing.code == .credentialMissing)
        #expect(missing.isAbsence)
        for bytes in [[], [UInt8](repeating: 0x61, count: 65_537), [0xff, 0xfe]] {
            try Data(bytes).write(to: URL(filePath: root + "/secrets/bad"))
            let error = try await failure(["crm": .file(path: "bad")], variables)
            #expect(error.code == .credential)
            #expect(!error.isAbsence && !error.isRetryable)
        }
    }

    // MARK: Vault and seals

    @Test("a Vault is asked by a token from a file, and what it refuses is told without a value")
    func vault() async throws {
        let server = try WebServer { request, connection in
            guard request["X-Vault-Token"] == "canary-file" else {
                return connection.answer(403)
            }
            connection.answer(200, [], #"{"data": {"data": {"value": "canary-vault"}}}"#.utf8)
        }
        let variables = ["CREDENTIALS_DIRECTORY": root + "/secrets", "VAULT": server.url]
        var place = VaultPlace(url: "${VAULT}", path: "secret/data/crm")
        place.token = "${credential:token}"
        place.isPrivate = true
        let credentials: [String: Credential] = [
            "crm": .vault(place), "token": .file(path: "crm"),
        ]
        let text = try await resolved("x${credential:crm}", credentials, variables)
        #expect(text.value == "xcanary-vault")
        try write("canary-wrong", "secrets/crm")
        let error = try await failure(credentials, variables)
        #expect(error.code == .denied)
        #expect(error.server?.product == "Vault")
        #expect(!error.message.contains(server.url), "\(error)")
        place.isPrivate = false
        let near = try await failure(
            ["crm": .vault(place), "token": .file(path: "crm")],
            variables
        )
        #expect(near.message.contains("private network"))
    }

    @Test("a pod's account is used only where sources may name the variable of its Vault")
    func pod() async throws {
        let server = try WebServer { request, connection in
            let answer =
                request.method == "POST"
                ? #"{"auth": {"client_token": "canary-t"}}"#
                : #"{"data": {"data": {"value": "v"}}}"#
            connection.answer(200, [], answer.utf8)
        }
        let variables = [
            "VAULT_ADDR": server.url, "LONGSHORE_KUBERNETES_TOKEN_FILE": root + "/secrets/crm",
        ]
        var place = VaultPlace(url: server.url, path: "secret/data/crm")
        (place.login, place.role, place.isPrivate) = (.kubernetes, "loader", true)
        let credentials = ["crm": Credential.vault(place)]
        for names in [nil, VariableNames("VAULT_*")] {
            let text = try await resolved("${credential:crm}", credentials, variables, names: names)
            #expect(text.value == "v")
        }
        let before = server.requests.count
        let error = try await failure(credentials, variables, names: VariableNames("CRM_*"))
        #expect(error.code == .forbidden)
        #expect(error.message.contains("`VAULT_ADDR`"))
        #expect(server.requests.count == before)
    }

    @Test(
        "a sealed text is opened with the key that the process is given, and for its own name only"
    )
    func sealed() async throws {
        let text = "v1:ZGVmZ2hpamtsbW5vOyi9FByddvFYQiuAv0UJjy9CXp69A7c17RyGW3UQHOJ2"
        try write("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", "key")
        let variables = ["LONGSHORE_SEALING_KEY_FILE": root + "/key"]
        let opened = try await resolved("${credential:crm}", ["crm": .sealed(text)], variables)
        #expect(opened.value == "s3cret of the crm")
        let other = await #expect(throws: ExtractionError.self) {
            try await resolved("${credential:erp}", ["erp": .sealed(text)], variables)
        }
        #expect(other?.code == .credential)
        let missing = try await failure(["crm": .sealed(text)])
        #expect(missing.code == .credentialMissing)
        #expect(
            missing.message.contains("LONGSHORE_SEALING_KEY_FILE, which names its file, is not set")
        )
    }

    // MARK: Stores of objects

    private func rows(
        _ store: String,
        _ credential: Credential,
        _ variables: [String: String],
        names: VariableNames? = nil
    ) async throws -> [[String]] {
        var place = S3Place(url: "s3://\(S3Double.bucket)/in")
        (place.region, place.endpoint, place.credential) = ("eu-west-1", store, "lake")
        place.isPrivate = true
        let sources = Sources(
            ["drops": .s3(place)],
            credentials: ["lake": credential],
            folder: "/nowhere",
            environment: SourceEnvironment(names: names) { variables[$0] }
        )
        var reader = try await sources.open(
            Extract(
                source: "drops",
                selection: .objects(pattern: "*.csv", format: .csv(CSVDialect()))
            ),
            period: nil,
            clock: SourceClock(zone: "UTC")
        )
        return try await drain(&reader).map(\.fields)
    }

    private static let own = [
        "AWS_ACCESS_KEY_ID": S3Double.accessKey, "AWS_SECRET_ACCESS_KEY": S3Double.secretKey,
        "AWS_SESSION_TOKEN": S3Double.sessionToken, "AWS_EC2_METADATA_DISABLED": "true",
    ]

    @Test("objects are read as the machine is known at AWS, where that is allowed")
    func aws() async throws {
        let store = try S3Double()
        store.put("in/a.csv", "id\n1\n".utf8)
        let credential = Credential.aws(profile: "default", role: "${ROLE:-}")
        #expect(try await rows(store.url, credential, Self.own) == [["1"]])
        let allowed = VariableNames("AWS_*,ROLE")
        #expect(try await rows(store.url, credential, Self.own, names: allowed) == [["1"]])
        let cases: [([String: String], VariableNames?, ExtractionError.Code)] = [
            (Self.own, VariableNames("ROLE"), .forbidden),
            (["AWS_EC2_METADATA_DISABLED": "true"], nil, .credentialMissing),
            (Self.own.merging(["AWS_SECRET_ACCESS_KEY": "s3cret-wrong"]) { $1 }, nil, .denied),
        ]
        for (variables, names, code) in cases {
            let error = await #expect(throws: ExtractionError.self) {
                try await rows(store.url, credential, variables, names: names)
            }
            #expect(error?.code == code, "\(String(describing: error))")
            #expect(error?.description.contains("s3cret") == false)
        }
    }

    @Test(
        "a token of Google is sent to Google, or to what the process takes for it, and nowhere else"
    )
    func google() async throws {
        let asked = Atomic(0)
        let store = try S3Double { request, connection, store in
            if request.path.hasSuffix("/token") {
                connection.answer(200, [], #"{"access_token": "canary-t", "expires_in": 600}"#.utf8)
            } else if request["Authorization"] == "Bearer canary-t", request["x-amz-date"] == nil {
                asked.add(1, ordering: .relaxed)
                let isList = request.query["list-type"] == "2"
                let list =
                    "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>in/a.csv</Key>"
                    + "</Contents></ListBucketResult>"
                connection.answer(200, [("ETag", "\"1\"")], (isList ? list : "id\n7\n").utf8)
            } else {
                connection.answer(403)
            }
            return true
        }
        let port = store.url.split(separator: ":").last ?? ""
        var variables = ["GCE_METADATA_HOST": "127.0.0.1:\(port)"]
        let credential = Credential.google(key: "default")
        let refused = await #expect(throws: ExtractionError.self) {
            try await rows(store.url, credential, variables)
        }
        #expect(refused?.code == .forbidden)
        var count = asked.load(ordering: .relaxed)
        #expect(count == 0)
        variables["STORAGE_EMULATOR_HOST"] = store.url
        #expect(try await rows(store.url, credential, variables) == [["7"]])
        count = asked.load(ordering: .relaxed)
        #expect(count == 2)
    }
}
