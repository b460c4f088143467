import Foundation
import Pipelines
import TestSupport
import Testing

@testable import Extraction

@Suite("What a definition may make a process read")
struct SourceEnvironmentTests {
    /// A folder with a source's files in `in`, a secret in `out`, and the links between them.
    private let root: String

    init() throws {
        let folder = NSTemporaryDirectory() + "longshore-places-\(UUID().uuidString)"
        for name in ["in", "out"] {
            try FileManager.default.createDirectory(
                atPath: folder + "/" + name,
                withIntermediateDirectories: true
            )
        }
        root = try #require(FilePath.resolved(folder))
        try write("id\n1\n", "in/a.csv")
        try write("root:secret\n", "out/shadow")
    }

    private func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: root + "/" + name))
    }

    private func open(
        _ pattern: String,
        in template: String,
        places: SourcePlaces = SourcePlaces(),
        allowsHardLinks: Bool = false,
        variables: [String: String] = [:],
        names: VariableNames? = nil
    ) async throws -> any RowReader {
        try await Sources(
            ["drops": .files(folder: template, allowsHardLinks: allowsHardLinks)],
            folder: root,
            environment: SourceEnvironment(names: names, places: places) { variables[$0] }
        )
        .open(
            Extract(
                source: "drops",
                selection: .objects(pattern: pattern, format: .csv(CSVDialect()))
            ),
            period: nil,
            clock: SourceClock(zone: "UTC")
        )
    }

    private func problem(_ body: () async throws -> Void) async -> ExtractionError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? ExtractionError
        }
    }

    // MARK: Variables

    @Test(
        "a variable of Longshore's own is refused, whether it is set or has a fallback",
        arguments: [
            "${LONGSHORE_POSTGRES_URL}", "x/${LONGSHORE_POSTGRES_URL:-in}", "${LONGSHORE_X:-in}",
        ]
    )
    func ownVariables(template: String) async {
        let variables = ["LONGSHORE_POSTGRES_URL": "postgres://u:hunter2@host/db"]
        let error = await problem {
            _ = try await open("a.csv", in: template, variables: variables)
        }
        #expect(error?.code == .forbidden)
        #expect(error?.isAbsence == false)
        #expect(error?.message.contains("hunter2") == false)
    }

    @Test("of a list of names only those resolve, whole or by their beginnings")
    func names() throws {
        let names = try #require(VariableNames("CRM_*,DROPS"))
        let environment = SourceEnvironment(names: names) { _ in "value" }
        for name in ["CRM_URL", "CRM_", "DROPS"] {
            #expect(try environment.resolve("${\(name)}").value == "value")
        }
        for name in ["CRM", "DROPS2", "AWS_SECRET", "xCRM_URL"] {
            let error = #expect(throws: ExtractionError.self) {
                _ = try environment.resolve("${\(name):-in}")
            }
            #expect(error?.code == .forbidden)
            #expect(error?.message.contains("`\(name)`") == true)
        }
        let none = SourceEnvironment(names: VariableNames("")) { _ in "value" }
        #expect(throws: ExtractionError.self) { try none.resolve("${DROPS}") }
        for list in ["A B", "*A", "A**", "É", "A\u{301}"] { #expect(VariableNames(list) == nil) }
    }

    // MARK: Messages

    @Test("errors of files name what the definition says")
    func shown() async throws {
        let missing = await problem {
            _ = try await open("b.csv", in: "${DROPS}/in", variables: ["DROPS": root])
        }
        #expect(missing?.code == .missing)
        #expect(missing?.message.contains("`${DROPS}/in`") == true)
        let nowhere = await problem {
            _ = try await open("b.csv", in: "${DROPS}", variables: ["DROPS": "hunter2"])
        }
        #expect(nowhere?.message.contains("`\(root)/${DROPS}`") == true)
        let fallback = await problem { _ = try await open("b.csv", in: "${DROPS:-in}") }
        #expect(fallback?.message.contains("`\(root)/in`") == true)
    }

    @Test(
        "a value is masked with all its parts, decoded, and as far as a server shows it",
        arguments: [
            ("no role \"hunter2x\"", "no role \"${U}\""),
            ("host \"db.far.example\", port 5433", "host \"${U}\", port 5433"),
            ("database \"sales data\" of hunter2x", "database \"${U}\" of ${U}"),
            ("password hunter2x\u{301}", "password ${U}\u{301}"),
            ("SSL was required by postgres", "SSL was required by postgres"),
            (
                "relation \"hunter2x_lines\" does not exist",
                "relation \"hunter2x_lines\" does not exist"
            ),
            ("unhunter2x hunter2xs hunter2x.s", "unhunter2x hunter2xs ${U}.s"),
            ("no sslrootcert, no connect_timeout", "no sslrootcert, no connect_timeout"),
            (String(repeating: "k", count: 63), "${U}kkk"),
        ]
    )
    func masked(message: String, expected: String) throws {
        let url =
            "postgres://hunter2x:p%40ss@db.far.example:5433/sales%20data?sslmode=require&sslrootcert=/a&connect_timeout=5&k="
            + String(repeating: "k", count: 80)
        let text = try SourceEnvironment { _ in url }.resolve("${U}")
        #expect(text.masked(message) == expected)
        #expect(text.masked(url) == "${U}")
        #expect(text.shown == "${U}")
    }

    @Test(
        "a URL is masked as it is asked for, too",
        arguments: [
            ("http://LOCALHOST:19/T0S/key", "http://localhost:19/T0S/key", "${U}"),
            ("https://h.example:443/T0S", "https://h.example/T0S", "${U}"),
            ("HTTPS://H.Example:/T0S?key=a", "https://h.example/T0S", "${U}"),
            ("HTTPS://H.Example", "https://h.example/api", "${U}/api"),
            ("H.Example:443", "https://h.example/api", "https://${U}/api"),
            ("DBHost", "https://dbhost/api", "https://${U}/api"),
        ]
    )
    func normalised(value: String, asked: String, shown: String) throws {
        let text = try SourceEnvironment { _ in value }.resolve("${U}")
        #expect(text.masked("asking `\(asked)`: nobody") == "asking `\(shown)`: nobody")
    }

    @Test("a server's error does not tell the value that was made its user's name")
    func serverErrors() async throws {
        let server = try await TestStack.shared().postgresURL
        let place = try #require(server.split(separator: "@").last)
        let error = await #expect(throws: (any Error).self) {
            _ = try await Sources(
                ["crm": .postgres(url: "postgres://${TOKEN}:x@\(place)")],
                folder: "/",
                environment: SourceEnvironment { _ in "hunter2-hunter2" }
            )
            .open(
                Extract(source: "crm", selection: .query("select 1")),
                period: nil,
                clock: SourceClock(zone: "UTC")
            )
        }
        #expect("\(try #require(error))".contains("hunter2") == false)
        #expect("\(try #require(error))".contains("${TOKEN}"))
    }

    // MARK: Places

    @Test(
        "what the kernel shows as files is no source",
        arguments: [
            ("/proc/self", "environ"), ("/", "proc/self/environ"), ("/proc", "*/environ"),
            ("/sys", "kernel/*"), ("/dev", "null"),
        ]
    )
    func system(folder: String, pattern: String) async {
        #expect(await problem { _ = try await open(pattern, in: folder) }?.code == .forbidden)
    }

    @Test("Longshore's own files are no source, by whatever name")
    func own() async throws {
        let secret = root + "/out/shadow"
        try FileManager.default.linkItem(atPath: secret, toPath: root + "/in/hard.csv")
        for (places, folder, file) in [
            (SourcePlaces(own: [secret]), "out", "shadow"),
            (SourcePlaces(own: [root + "/out"]), "out", "shadow"),
            (SourcePlaces(own: [root + "/out"]), ".", "*/shadow"),
            (SourcePlaces(own: [secret]), "in", "hard.csv"),
        ] {
            let error = await problem { _ = try await open(file, in: folder, places: places) }
            #expect(error?.code == .forbidden, "\(folder)/\(file)")
        }
        _ = try await open("a.csv", in: "in", places: SourcePlaces(own: [secret, root + "/no"]))
    }

    @Test("folders of Longshore's own are no source, wherever they are")
    func marked() async throws {
        for folder in ["stack/data/postgres", "stack/other"] {
            try FileManager.default.createDirectory(
                atPath: root + "/" + folder,
                withIntermediateDirectories: true
            )
        }
        try write("password", "stack/data/credentials.json")
        try write("page", "stack/data/postgres/base")
        try write("id,v\n1,a\n", "stack/other/credentials.json")
        let places = SourcePlaces(marks: ["credentials.json", "postgres"])
        for (folder, file) in [
            ("stack", "data/credentials.json"), ("stack/data", "credentials.json"),
            ("stack", "*/credentials.json"), ("stack/data/postgres", "base"),
        ] {
            let error = await problem { _ = try await open(file, in: folder, places: places) }
            #expect(error?.code == .forbidden, "\(folder)/\(file)")
        }
        _ = try await open("credentials.json", in: "stack/other", places: places)
    }

    @Test("with folders, files are read below them only")
    func below() async throws {
        let places = SourcePlaces(below: [root + "/in"])
        _ = try await open("a.csv", in: "in", places: places)
        try FileManager.default.createSymbolicLink(
            atPath: root + "/link",
            withDestinationPath: root + "/in"
        )
        _ = try await open("a.csv", in: "link", places: places)
        for folder in ["out", ".", "in/../out", root, "/etc"] {
            let error = await problem { _ = try await open("*", in: folder, places: places) }
            #expect(error?.code == .forbidden, "\(folder)")
        }
        // Names that Swift calls the same are two to the kernel.
        #expect(FilePath.isInside("/e\u{301}/x", root: "/\u{e9}") == false)
    }

    @Test("a hard link is read where anything is, or where its source declares it")
    func hardLinks() async throws {
        try FileManager.default.linkItem(atPath: root + "/out/shadow", toPath: root + "/in/h.csv")
        let places = SourcePlaces(below: [root + "/in"])
        let error = await problem { _ = try await open("h.csv", in: "in", places: places) }
        #expect(error?.code == .forbidden)
        #expect(error?.message.contains("hard_links: true") == true)
        _ = try await open("h.csv", in: "in", places: places, allowsHardLinks: true)
        _ = try await open("h.csv", in: "in")
    }

    @Test("a database's URL names no key and no socket where no source may read")
    func databases() throws {
        try write("key", "in/client.key")
        let guarded = SourceEnvironment(places: SourcePlaces(below: ["\(root)/in"])) { _ in nil }
        let own = SourceEnvironment(places: SourcePlaces(own: ["\(root)/out/shadow"])) { _ in nil }
        let out = "\(root)/out"
        for url in [
            "postgres://u@h/d?sslmode=require&sslkey=\(out)/shadow",
            "postgres://u@h/d?ssl%6Bey=\(out.replacing("/", with: "%2F"))%2Fshadow",
            "postgres://u@h/d?sslcert=\(out)/shadow", "postgres:///d?host=\(out)",
            "postgres://\(out.replacing("/", with: "%2F"))/d", "postgres:///d?host=h,\(out)",
            "mysql://u@h/d?socket=\(out)/shadow",
            "mongodb://a,b/d?tls=true&tlsCertificateKeyFile=\(out)/shadow",
            "mongodb://a,b/d?tls=true&tlscertificatekeyfile=\(out)/shadow",
        ] {
            let error = #expect(throws: ExtractionError.self, "\(url)") {
                try guarded.database(url, of: "crm")
            }
            #expect(error?.code == .forbidden)
            #expect(error?.message.contains(root) == false)
        }
        for url in [
            "postgres://u@h/d?sslkey=\(root)/in/client.key&sslrootcert=\(out)/shadow",
            "postgres://u:p@h:5432/d?application_name=/out", "mysql://u@h/d",
        ] {
            #expect(try guarded.database(url, of: "crm").value == url)
        }
        #expect(throws: ExtractionError.self) {
            try own.database("postgres://u@h/d?sslkey=\(out)/shadow", of: "crm")
        }
        #expect(throws: Never.self) {
            try own.database("postgres://u@h/d?sslkey=\(root)/in/client.key", of: "crm")
        }
    }
}
