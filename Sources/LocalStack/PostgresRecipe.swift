import Foundation
import Glibc
import Processes

/// Postgres on the loopback only, sized for a laptop, as durable as Postgres is.
struct PostgresRecipe: ServerRecipe {
    let site: ServerSite
    /// A fast shutdown: open transactions are rolled back.
    let stopSignal = SIGINT
    /// An immediate shutdown: like a crash, but it gives its shared memory back.
    let dropSignal = SIGQUIT

    /// A start-up message for our user, answered by a request for authentication (`R`) once the
    /// database accepts connections, and by the error `cannot_connect_now` before.
    /// https://www.postgresql.org/docs/15/protocol-message-formats.html
    /// https://www.postgresql.org/docs/15/errcodes-appendix.html
    var probe: Probe {
        let protocolVersion: [UInt8] = [0, 3, 0, 0]
        let user = Credentials.user
        let body = protocolVersion + Array("user\0\(user)\0database\0\(user)\0\0".utf8)
        let length = UInt8(body.count + 4)
        return Probe(
            port: site.ports.postgres,
            greeting: [0, 0, 0, length] + body,
            expected: [UInt8(ascii: "R")],
            notYet: "57P03"
        )
    }

    private var isInitialised: Bool {
        FileManager.default.fileExists(atPath: "\(site.directory)/initialised")
    }

    func prepare() async throws {
        if !isInitialised { try await initialise() }
        try site.configure(
            "pg_hba.conf",
            [
                "host all all 127.0.0.1/32 scram-sha-256",
                "host all all ::1/128 scram-sha-256",
            ]
        )
        try site.configure("postgresql.conf", configuration)
    }

    private var configuration: [String] {
        var lines = [
            // What initdb found out about this machine.
            "include '\(site.store)/postgresql.conf'",
            "hba_file = '\(site.directory)/pg_hba.conf'",
            "ident_file = '\(site.store)/pg_ident.conf'",
            "listen_addresses = '127.0.0.1'",
            "port = \(site.ports.postgres)",
            "unix_socket_directories = ''",
            "password_encryption = 'scram-sha-256'",
            "max_connections = 200",
            "shared_buffers = 128MB",
            "max_wal_size = 2GB",
            "wal_compression = on",
            // One table per period and task: a load locks many.
            "max_locks_per_transaction = 256",
            "timezone = 'UTC'",
            "log_timezone = 'UTC'",
            "logging_collector = off",
        ]
        if let certificates = site.certificates {
            lines += [
                "ssl = on",
                "ssl_cert_file = '\(certificates.server)'",
                "ssl_key_file = '\(site.key)'",
                "ssl_min_protocol_version = 'TLSv1.2'",
            ]
        }
        return lines
    }

    /// Makes the cluster and the database, and marks them as complete.
    private func initialise() async throws {
        try FileManager.default.removeItem(atPath: site.store)
        try PrivateFile.makeDirectory(site.store, owner: site.account)
        try site.configure("password", [site.credentials.postgres])
        defer { unsafe unlink("\(site.directory)/password") }
        let log = "\(site.directory)/initdb.log"
        let initdb = try site.command(
            .initdb,
            [
                "--pgdata=\(site.store)", "--username=\(Credentials.user)", "--no-sync",
                "--pwfile=\(site.directory)/password", "--auth=scram-sha-256", "--encoding=UTF8",
                "--locale=C.UTF-8", "--no-instructions",
            ],
            log: log
        )
        try await initdb.run()
        try site.configure("database.sql", ["create database \(Credentials.user)"])
        var single = try site.command(
            .postgres,
            ["--single", "-D", site.store, "template1"],
            log: log
        )
        single.command.input = .file("\(site.directory)/database.sql")
        try await single.run()
        // Only now, all at once, what initdb has not written through.
        try await site.command(.initdb, ["--pgdata=\(site.store)", "--sync-only"], log: log).run()
        try site.configure("initialised", [])
    }

    func command() throws -> LoggedCommand {
        let configuration = "\(site.directory)/postgresql.conf"
        return try site.command(.postgres, ["-D", site.store, "--config-file=\(configuration)"])
    }

    /// A line of its `postmaster.pid`, from 1.
    ///
    /// <https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/utils/pidfile.h>
    private func pidFileLine(_ number: Int) -> Substring? {
        let text = try? String(contentsOfFile: "\(site.store)/postmaster.pid", encoding: .utf8)
        let lines = text?.split(separator: "\n", omittingEmptySubsequences: false) ?? []
        return lines.count >= number ? lines[number - 1] : nil
    }

    /// As the eighth line of its `postmaster.pid` says.
    var isStopping: Bool { pidFileLine(8)?.hasPrefix("stopping") ?? false }

    /// A killed Postgres leaves a small segment of System V shared memory, whose id is in the
    /// seventh line of its `postmaster.pid`.
    func tidy() {
        guard let id = pidFileLine(7)?.split(separator: " ").last.flatMap({ Int32($0) }) else {
            return
        }
        var status = shmid_ds()
        guard unsafe shmctl(id, IPC_STAT, &status) == 0,
            status.shm_perm.uid == site.account.userID, status.shm_nattch == 0
        else { return }
        shmctl(id, IPC_RMID, nil)
    }
}
