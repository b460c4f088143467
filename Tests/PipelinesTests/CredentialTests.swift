import Testing

@testable import Pipelines

@Suite("Credentials in a definition")
struct CredentialTests {
    private static let sealed = "v1:ZGVmZ2hpamtsbW5vOyi9FByddvFYQiuAv0UJjy9CXp69A7c17RyGW3UQHOJ2"

    private static func definition(credentials: String, source: String) -> String {
        """
        pipeline: shop
        credentials:
        \(credentials.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
        sources:
          crm: { \(source) }
        facts:
          sale:
            from: { source: crm, \(source.hasPrefix("s3") ? "csv: a.csv" : "query: \"select 1 as id\"") }
            grain: [id]
            columns: { id: { type: integer, required: true } }

        """
    }

    private static func problems(credentials: String, source: String) -> [String] {
        let text = definition(credentials: credentials, source: source)
        return PipelinesTests.problems(DefinitionBundle(files: ["pipeline.yaml": text]))
            .map { $0.replacing("pipeline.yaml:", with: "", maxReplacements: 1) }
    }

    private static let url = "postgres: \"postgres://u:${credential:crm}@h/db\""

    @Test("are read with all that they say")
    func read() throws {
        let text = Self.definition(
            credentials: """
                own: { aws: default }
                lake: { aws: etl, role: "${ROLE:-}" }
                cloud: { google: "${KEYS}/key.json" }
                token: { file: "${CREDENTIALS_DIRECTORY}/token" }
                crm: { vault: "${VAULT_ADDR}", path: secret/data/crm, field: password, private: true, token: "${credential:token}" }
                pod: { vault: "https://v", path: p, login: kubernetes, role: loader }
                old: { sealed: "\(Self.sealed)" }
                """,
            source: Self.url
        )
        let pipeline = try Pipeline.parse(bundle: DefinitionBundle(files: ["pipeline.yaml": text]))
        var crm = VaultPlace(url: "${VAULT_ADDR}", path: "secret/data/crm")
        (crm.field, crm.token, crm.isPrivate) = ("password", "${credential:token}", true)
        var pod = VaultPlace(url: "https://v", path: "p")
        (pod.login, pod.role) = (.kubernetes, "loader")
        #expect(
            pipeline.credentials == [
                "own": .aws(profile: "default", role: ""),
                "lake": .aws(profile: "etl", role: "${ROLE:-}"),
                "cloud": .google(key: "${KEYS}/key.json"),
                "token": .file(path: "${CREDENTIALS_DIRECTORY}/token"), "crm": .vault(crm),
                "pod": .vault(pod), "old": .sealed(Self.sealed),
            ]
        )
        #expect(pipeline.sources["crm"]?.texts == ["postgres://u:${credential:crm}@h/db"])
    }

    @Test("are looked for in all texts of a source, whatever its kind")
    func texts() {
        var api = HTTPPlace(url: "https://${HOST}/v2")
        api.authentication = .basic(user: "u", password: "${credential:crm}")
        var store = S3Place(url: "s3://b")
        store.encryption = .kms("${K}")
        store.secret = "${credential:crm}"
        var named = store
        named.credential = "lake"
        let url = "mongodb://u:${credential:crm}@h/db"
        #expect(Source.http(api).texts == ["https://${HOST}/v2", "u", "${credential:crm}"])
        #expect(Source.mongo(url: url).texts == [url])
        #expect(Source.s3(store).texts.flatMap { Template($0).credentials } == ["crm"])
        #expect(Source.s3(named).texts.contains("${K}"))
        #expect(Source.s3(named).texts.flatMap { Template($0).credentials } == [])
    }

    @Test("that are never used are told, and those that are used are not")
    func unused() {
        #expect(
            Self.problems(
                credentials: """
                    crm: { vault: "https://v", path: p, token: "${credential:token}" }
                    token: { file: token }
                    old: { aws: default }
                    """,
                source: Self.url
            ) == ["5:3: warning: the credential `old` is never used [name.unused]"]
        )
        #expect(
            Self.problems(
                credentials: "lake: { aws: default }",
                source: "s3: \"s3://crm\", credentials: lake"
            ) == []
        )
    }

    @Test(
        "with a mistake are told at their line and column, without what may be a secret",
        arguments: [
            (
                "crm: { file: a, role: x, field: y }",
                url,
                [
                    "3:28: error: `field` stands beside `file` [key.conflict]",
                    "3:19: error: `role` stands beside `file` [key.conflict]",
                ]
            ),
            (
                "crm: { vault: \"vault.example\" }",
                url,
                [
                    "3:10: error: `vault` needs the key `path` [key.missing]",
                    "3:17: error: the URL of a Vault is not understood [value.malformed]",
                ]
            ),
            (
                "crm: { vault: \"https://v\", path: p, login: kubernetes, token: hunter2 }",
                url,
                [
                    "3:10: error: `login: kubernetes` needs the key `role` [key.missing]",
                    "3:58: error: `token` stands beside `login: kubernetes` [key.conflict]",
                    "3:65: error: a secret is written into `token` [secret.literal]",
                ]
            ),
            (
                "crm: { sealed: hunter2 }",
                url,
                ["3:18: error: `sealed` is not what `longshore seal` prints [value.malformed]"]
            ),
            (
                "crm: { file: \"${LONGSHORE_POSTGRES_URL_FILE}\" }",
                url,
                [
                    "3:16: error: the variable `LONGSHORE_POSTGRES_URL_FILE` is Longshore's own, and no "
                        + "source may name it [name.reserved]"
                ]
            ),
            (
                "crn: { file: a }",
                url,
                ["5:20: error: there is no credential `crm`; did you mean `crn`? [name.unknown]"]
            ),
            (
                "crm: { aws: default }",
                url,
                ["5:20: error: the credential `crm` cannot stand here [source.kind]"]
            ),
            (
                "crm: { file: a }",
                "s3: \"s3://crm\", credentials: crm",
                ["5:39: error: the credential `crm` cannot stand here [source.kind]"]
            ),
            (
                "crm: { file: \"${credential:b}\" }\nb: { file: \"${credential:crm}\" }",
                url,
                [
                    "3:16: error: the credential `b` cannot stand here [source.kind]",
                    "4:14: error: the credential `crm` cannot stand here [source.kind]",
                ]
            ),
            (
                "crm: { file: a, sealed: \"\(sealed)\" }",
                url,
                ["3:19: error: `sealed` stands beside `file` [key.conflict]"]
            ),
        ] as [(String, String, [String])]
    )
    func mistakes(credentials: String, source: String, expected: [String]) {
        let found = Self.problems(credentials: credentials, source: source)
        #expect(found.sorted() == expected.sorted())
        #expect(!found.joined().contains("hunter2"))
    }

    @Test("stand in the calls of exports, and not in alerts")
    func outside() {
        var call = ExportCall(url: "https://${HOST}/{id}")
        call.headers = ["Authorization": "Bearer ${credential:crm}", "Accept": "x"]
        #expect(
            ExportTarget.calls(call).texts == [
                "https://${HOST}/{id}", "x", "Bearer ${credential:crm}",
            ]
        )
        let alerts = "alerts:\n  - { on: load_failed, to: { webhook: \"${credential:crm}\" } }\n"
        let text = Self.definition(credentials: "crm: { file: a }", source: Self.url) + alerts
        let found = PipelinesTests.problems(DefinitionBundle(files: ["pipeline.yaml": text]))
        #expect(
            found.contains { $0.contains("a credential cannot stand in `alerts`") },
            "\(found)"
        )
    }

    @Test("can be named in sources and credentials only")
    func places() {
        let text = Self.definition(credentials: "crm: { file: a }", source: Self.url)
            .replacing("select 1 as id", with: "select '${credential:crm}' as id")
        let found = PipelinesTests.problems(DefinitionBundle(files: ["pipeline.yaml": text]))
        #expect(found.count == 1, "\(found)")
        #expect(
            found.first?.contains("the pipeline has no parameter `credential:crm`") == true,
            "\(found)"
        )
    }
}
