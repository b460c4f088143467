import Endpoints
import Foundation
import Loopback
import Redis
import TestSupport
import Testing
import Torture

/// Secrets of credentials, of each provider, where they work and where they are refused.
extension CanaryTests {
    @Test("no secret of a credential is in a log, a message, in Redis or in the ledger")
    func credentials() async throws {
        let harbour = try await Harbour.open()
        let tap = try await BrokerTap.open()
        let stand = try CredentialStand(harbour)
        let program = try await stand.prepared()
        let worker = try program.start(["worker", "--attempts", "1", "--source-patience", "1 s"])
        var seen = ""
        for (name, failure) in CredentialStand.outcomes {
            let folder = try await stand.writePipeline(name, program)
            for arguments in [
                ["check", folder, "--sources"], ["load", folder], ["profile", "\(folder):row"],
            ] {
                let run = try await program.start(arguments).finish()
                #expect(
                    (run.exitCode == 0) == (failure == nil),
                    "\(name): \(run.output)\(run.errors)"
                )
                seen += run.output + run.errors
            }
            let codes = try await harbour.ask(
                "select coalesce(failure_code, '') from longshore.task order by load_id desc limit 1"
            )
            #expect(codes.first?.hasPrefix(failure ?? "") == true, "\(name): \(codes)")
        }
        worker.signal(SIGTERM)
        let end = try await worker.finish()
        seen += end.output + end.errors
        let messages = try await tap.close()
        let client = RedisClient(try RedisConfiguration(url: ConnectionURL(harbour.redisURL)))
        let redis = try await Traces.redis(fleet: harbour.fleet) { try await client.send($0) }
        await client.close()
        let places = [
            "what the program wrote": seen,
            "the broker's messages": messages.joined(separator: "\n"),
            "Redis": redis, "the ledger": try await Traces.ledger { try await harbour.ask($0) },
        ]
        for (place, text) in places {
            #expect(!text.isEmpty, "\(place)")
            #expect(
                !text.contains("canary-"),
                "\(text.matches(of: /canary-[a-z-]+/).map(\.0)) in \(place)"
            )
        }
    }
}

/// Stand-ins for those who hand out credentials, and pipelines that ask them.
private struct CredentialStand {
    private let harbour: Harbour
    private let vault: WebServer
    private let store: S3Double

    /// What becomes of the pipelines, by the codes of their tasks: the first two are loaded.
    static let outcomes: [(name: String, failure: String?)] = [
        ("file_good", nil), ("store_good", nil), ("file", "source.postgres."),
        ("vault", "source.postgres."),
        ("sealed", "source.postgres."), ("vault_wrong", "source.denied"),
        ("key_wrong", "source.credential"),
        ("store_denied", "source.denied"), ("google", "source.credential"),
    ]

    init(_ harbour: Harbour) throws {
        self.harbour = harbour
        vault = try WebServer { request, connection in
            guard request["X-Vault-Token"] == "canary-vault-token" else {
                return connection.answer(403, [], #"{"errors": ["canary-vault-echo"]}"#.utf8)
            }
            connection.answer(200, [], #"{"data": {"data": {"value": "canary-vault-text"}}}"#.utf8)
        }
        store = try S3Double()
        store.put("in/a.csv", "id\n1\n".utf8)
    }

    /// The program with all that is secret in its environment and in files.
    func prepared() async throws -> Program {
        let secrets = harbour.data + "/secrets"
        try FileManager.default.createDirectory(atPath: secrets, withIntermediateDirectories: true)
        let key =
            #"{"type": "service_account", "client_email": "a@b", "private_key": "canary-private-key","#
        for (name, text) in [
            ("crm", "canary-file-text\n"), ("url", harbour.databaseURL + "\n"),
            ("token", "canary-vault-token"),
            ("google", key + #" "token_uri": "https://127.0.0.1:1"}"#),
        ] {
            try text.write(toFile: "\(secrets)/\(name)", atomically: true, encoding: .utf8)
        }
        let program = harbour.program.with([
            "CREDENTIALS_DIRECTORY": secrets, "LONGSHORE_LOG": "trace", "VAULT_ADDR": vault.url,
            "WRONG_TOKEN": "canary-vault-wrong", "STORE": store.url,
            "LONGSHORE_SEALING_KEY_FILE": harbour.data + "/key",
            "AWS_SHARED_CREDENTIALS_FILE": try profiles(), "AWS_EC2_METADATA_DISABLED": "true",
        ])
        let made = try await program.run("seal", "--new-key", harbour.data + "/key")
        #expect(made.exitCode == 0, "\(made.errors)")
        return program
    }

    /// A profile that the store knows, and one that it does not.
    private func profiles() throws -> String {
        let path = harbour.data + "/profiles"
        try """
        [good]
        aws_access_key_id = \(S3Double.accessKey)
        aws_secret_access_key = \(S3Double.secretKey)
        aws_session_token = \(S3Double.sessionToken)
        [bad]
        aws_access_key_id = \(S3Double.accessKey)
        aws_secret_access_key = canary-aws-secret
        aws_session_token = canary-aws-session

        """
        .write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// What the program has sealed for the credential.
    private func sealedText(by program: Program) async throws -> String {
        let run = try await program.shell(#"printf 'canary-sealed-text\n' | "$L" seal crm"#)
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.output.wholeMatch(of: /v1:[A-Za-z0-9+\/=]+\n/) != nil, "\(run.output)")
        return run.output.trimmingCharacters(in: .newlines)
    }

    func writePipeline(_ name: String, _ program: Program) async throws -> String {
        let sealed = "v1:ZGVmZ2hpamtsbW5vOyi9FByddvFYQiuAv0UJjy9CXp69A7c17RyGW3UQHOJ2"
        let sealedHere = try await name == "sealed" ? sealedText(by: program) : sealed
        let vault = "vault: \"${VAULT_ADDR}\", path: secret/data/crm, private: true, token: "
        let credentials = [
            "file_good": "file: url", "file": "file: crm",
            "vault": vault + "\"${credential:token}\"", "vault_wrong": vault + "\"${WRONG_TOKEN}\"",
            "sealed": "sealed: \"\(sealedHere)\"", "key_wrong": "sealed: \"\(sealed)\"",
            "store_good": "aws: good", "store_denied": "aws: bad", "google": "google: google",
        ]
        let server = try ConnectionURL(harbour.databaseURL)
        let place = "\(server.host):\(server.port ?? 0)/\(server.path)"
        let isStore = name.hasPrefix("store") || name == "google"
        // As a user's name it is in what the server says.
        let url =
            name == "file_good"
            ? "${credential:crm}" : "postgres://${credential:crm}:${credential:crm}@\(place)"
        let endpoint = name == "google" ? "" : "endpoint: \"${STORE}\", region: eu-west-1, "
        let source =
            isStore
            ? "s3: \"s3://\(S3Double.bucket)/in\", \(endpoint)private: true, credentials: crm"
            : "postgres: \"\(url)\""
        let folder = "\(harbour.data)/credential-\(name)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try """
        pipeline: credential_\(name)
        credentials:
          crm: { \(credentials[name] ?? "") }
        \(name == "vault" ? "  token: { file: token }" : "")
        sources:
          crm: { \(source) }
        facts:
          row:
            from: { source: crm, \(isStore ? "csv: a.csv" : "query: select 1 as id") }
            grain: [id]
            columns: { id: { type: integer, required: true } }

        """
        .write(toFile: folder + "/pipeline.yaml", atomically: true, encoding: .utf8)
        return folder
    }
}
