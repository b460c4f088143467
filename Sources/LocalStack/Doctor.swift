import Foundation
import Glibc
import Loopback
import Processes

extension LocalStack {
    /// Looks at everything that the stack needs of this machine, and changes nothing.
    ///
    /// - Returns: What was found, each with what to do about it.
    public func doctor() async -> [Finding] {
        let doctor = Doctor(directory: directory)
        return await doctor.programs() + doctor.libraries() + doctor.users()
            + [doctor.place(), doctor.disk(), doctor.ports(), doctor.localhost()]
    }
}

/// The examinations behind ``LocalStack/doctor()``.
struct Doctor: Sendable {
    /// The stack's directory, which need not exist yet.
    let directory: String

    // MARK: What is installed

    func programs() async -> [Finding] {
        var findings: [Finding] = []
        for program in Program.needed {
            findings.append(await examine(program))
        }
        return findings
    }

    func examine(_ program: Program) async -> Finding {
        do throws(LocalStackError) {
            let path = try program.path()
            return .good(program.name, "\(await version(of: program, at: path)) (`\(path)`)")
        } catch {
            return .problem(
                program.name,
                "not found",
                remedy: "\(sudo)apt-get install \(program.package)"
            )
        }
    }

    private func version(of program: Program, at path: String) async -> String {
        guard let flag = program.versionFlag else { return versionInName(of: path) }
        let command = Command(
            path,
            [flag],
            environment: ["PATH": Program.systemFolders.joined(separator: ":")],
            directory: "/"
        )
        let text = await (try? CapturedProcess(command, joinsErrors: true))?.result().text ?? ""
        let words = text.split(separator: "\n").first?.split(whereSeparator: { " =(".contains($0) })
        return words?.first { $0.first?.isNumber ?? false }.map { "version \($0)" } ?? "found"
    }

    /// What the path says, once its links are followed: `…/rabbitmq_server-3.10.8/sbin/…`.
    private func versionInName(of path: String) -> String {
        let parts = URL(filePath: path).resolvingSymlinksInPath().pathComponents
        let versions = parts.compactMap { part in
            part.split(separator: "-").dropFirst().last { $0.first?.isNumber ?? false }
        }
        return versions.last.map { "version \($0)" } ?? "found"
    }

    func libraries() -> [Finding] {
        let names = [
            ("librabbitmq.so.4", "librabbitmq4"), ("libpq.so.5", "libpq5"),
            ("libhiredis.so.0.14", "libhiredis0.14"), ("libssl.so.3", "libssl3"),
            ("libz.so.1", "zlib1g"), ("libcurl.so.4", "libcurl4"),
            ("libzstd.so.1", "libzstd1"), ("libbz2.so.1.0", "libbz2-1.0"),
            ("libmariadb.so.3", "libmariadb3"), ("libmongoc-1.0.so.0", "libmongoc-1.0-0"),
        ]
        return names.map { name, package in
            guard let handle = unsafe dlopen(name, RTLD_LAZY) else {
                return .problem(
                    name,
                    "not found",
                    remedy: "\(sudo)apt-get install \(package)"
                )
            }
            unsafe dlclose(handle)
            return .good(name, "found")
        }
    }

    private var sudo: String { Account.isRoot ? "" : "sudo " }

    // MARK: What this user may do

    func users() -> [Finding] {
        guard Account.isRoot else {
            return [.good("user", "servers run as yourself (user id \(geteuid()))")]
        }
        return StackServer.allCases.map { server in
            let account = Account.running(server)
            guard Account.exists(server.userName) else {
                return .warning(
                    "user for \(server.title)",
                    "no user `\(server.userName)`; it would run with the user id \(account.userID)",
                    remedy: "install \(server.title)'s Debian package, which makes that user"
                )
            }
            return .good("user for \(server.title)", "runs as `\(server.userName)`")
        }
    }

    func place() -> Finding {
        let existing = nearestExisting
        guard unsafe access(existing, W_OK | X_OK) == 0 else {
            return .problem(
                "directory",
                "this user cannot write to `\(existing)`, where `\(directory)` would be",
                remedy: "run the command where you may write, or name another directory"
            )
        }
        return .good("directory", "`\(directory)` can be used")
    }

    func disk() -> Finding {
        var status = statvfs()
        guard unsafe statvfs(nearestExisting, &status) == 0 else {
            return .warning(
                "disk",
                "its free space cannot be read",
                remedy: "look at `df -h \(nearestExisting)`"
            )
        }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        let detail = "\(free >> 20) MiB free for `\(directory)`"
        // RabbitMQ stops accepting messages below 100 MB.
        if free < 512 << 20 {
            return .problem("disk", detail, remedy: "free at least 512 MiB")
        }
        guard free >= 2 << 30 else {
            return .warning("disk", detail, remedy: "free 2 GiB for real loads")
        }
        return .good("disk", detail)
    }

    /// The directory, or the nearest one above it that exists.
    private var nearestExisting: String {
        var place = URL(filePath: directory)
        while FileOwnership(place.path) == nil, place.path != "/" {
            place = place.deletingLastPathComponent()
        }
        return place.path
    }

    // MARK: The network

    func ports() -> Finding {
        do throws(NoFreePorts) {
            _ = try LoopbackPorts.free(7)
            return .good("ports", "127.0.0.1 has free ports")
        } catch {
            return .problem(
                "ports",
                error.description,
                remedy: "bring up the loopback interface: "
                    + "`\(sudo)ip link set lo up`"
            )
        }
    }

    func localhost() -> Finding {
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo("localhost", nil, nil, &found) == 0 else {
            return .warning(
                "localhost",
                "the name `localhost` has no address; only TLS needs it",
                remedy: "add the line `127.0.0.1 localhost` to /etc/hosts"
            )
        }
        unsafe freeaddrinfo(found)
        return .good("localhost", "has an address")
    }
}
