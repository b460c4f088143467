import Foundation

/// A program that the stack needs, where Debian puts it, and how to get it.
struct Program: Sendable {
    /// The program's name.
    let name: String
    /// The Debian package it comes from.
    let package: String
    /// Where it is looked for before the usual folders.
    let folders: [String]
    /// What makes it print its version and end.
    var versionFlag: String?

    static let postgres = Program(
        name: "postgres",
        package: "postgresql",
        folders: versions(in: "/usr/lib/postgresql").map { "\($0)/bin" },
        versionFlag: "--version"
    )
    static let initdb = Program(
        name: "initdb",
        package: "postgresql",
        folders: postgres.folders,
        versionFlag: "--version"
    )
    // Debian's /usr/sbin/rabbitmq-server writes to the system's log: use the script behind it.
    static let rabbitmqServer = Program(
        name: "rabbitmq-server",
        package: "rabbitmq-server",
        folders: ["/usr/lib/rabbitmq/bin"]
    )
    static let rabbitmqctl = Program(
        name: "rabbitmqctl",
        package: "rabbitmq-server",
        folders: ["/usr/lib/rabbitmq/bin"]
    )
    static let epmd = Program(name: "epmd", package: "erlang-base", folders: [])
    static let redis = Program(
        name: "redis-server",
        package: "redis-server",
        folders: [],
        versionFlag: "--version"
    )
    static let openssl = Program(
        name: "openssl",
        package: "openssl",
        folders: [],
        versionFlag: "version"
    )
    static let setpriv = Program(
        name: "setpriv",
        package: "util-linux",
        folders: [],
        versionFlag: "--version"
    )

    /// What a stack of this user needs.
    static var needed: [Program] {
        [rabbitmqServer, epmd, postgres, initdb, redis, openssl] + (Account.isRoot ? [setpriv] : [])
    }

    /// Where programs are looked for after that, and what servers get as `PATH`.
    static let systemFolders = [
        "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
    ]

    /// Where the program is.
    func path() throws(LocalStackError) -> String {
        let candidates = (folders + Self.systemFolders).map { "\($0)/\(name)" }
        guard let path = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw .programMissing(name, package: package)
        }
        return path
    }

    /// The folders of a versioned tree such as `/usr/lib/postgresql/15`: 15 first, because that is
    /// what Longshore is tested with, then the newest.
    private static func versions(in root: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let numbers = names.compactMap(Int.init).sorted(by: >)
        return (numbers.filter { $0 == 15 } + numbers.filter { $0 != 15 }).map { "\(root)/\($0)" }
    }
}
