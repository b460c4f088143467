import Foundation

/// What every server of the stack is given: a directory, a user, ports, passwords.
///
/// The directory and the configuration in it belong to us; only `store` and the configuration's
/// content belong to the server's user.
struct ServerSite: Sendable {
    let server: StackServer
    /// `data/<server>`, absolute and without links.
    let directory: String
    let account: Account
    let ports: StackPorts
    let credentials: Credentials
    let certificates: Certificates?

    var store: String { "\(directory)/store" }
    var log: String { "\(directory)/server.log" }
    var key: String { "\(directory)/server.key" }

    init(
        _ server: StackServer,
        data: String,
        ports: StackPorts,
        credentials: Credentials,
        certificates: Certificates?
    ) {
        self.server = server
        directory = "\(data)/\(server.rawValue)"
        account = Account.running(server)
        self.ports = ports
        self.credentials = credentials
        self.certificates = certificates
    }

    /// Makes the directories and the server's copy of its key.
    func prepare() throws {
        try PrivateFile.makeDirectory(directory, mode: account.isSwitched ? 0o711 : 0o700)
        try PrivateFile.makeDirectory(store, owner: account)
        if let certificates {
            let text = try String(contentsOfFile: certificates.key, encoding: .utf8)
            try PrivateFile.write(text, to: key, owner: account)
        }
    }

    /// Writes a file that the server reads.
    func configure(_ name: String, _ lines: [String]) throws(LocalStackError) {
        let text = lines.joined(separator: "\n") + "\n"
        try PrivateFile.write(text, to: "\(directory)/\(name)", owner: account)
    }

    /// A command that runs `program` as the server's user in the server's store.
    func command(
        _ program: Program,
        _ arguments: [String],
        environment: [String: String] = [:],
        log: String? = nil
    ) throws(LocalStackError) -> LoggedCommand {
        let common = [
            "PATH": Program.systemFolders.joined(separator: ":"),
            "LANG": "C.UTF-8",
            "HOME": store,
            Leftovers.mark: directory,
        ]
        return try account.command(
            program.path(),
            arguments,
            environment: common.merging(environment) { $1 },
            directory: store,
            log: log ?? self.log
        )
    }
}
