import ArgumentParser
import Console
import Endpoints
import Foundation
import Ledger
import Listening
import Pages
import WebConsole

/// Who may look at the console, and how they say who they are.
struct ConsoleEntryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with a line `NAME ROLE TOKEN` for each person; a role is `reader`, `viewer` or `operator`.",
            valueName: "file"
        )
    )
    var tokens: String?

    @Option(
        help: ArgumentHelp(
            "The address of a proxy that says by header fields who somebody is; it may be given several times.",
            valueName: "address"
        )
    )
    var trustProxy: [String] = []

    @Option(
        help: ArgumentHelp(
            "What a group that the proxy names may: `finance=reader`; it may be given several times.",
            valueName: "group=role"
        )
    )
    var role: [String] = []

    @Option(
        help: ArgumentHelp(
            "The header field in which the proxy names the person.",
            valueName: "name"
        )
    )
    var userHeader = "X-Forwarded-User"

    @Option(
        help: ArgumentHelp("The header field in which the proxy names groups.", valueName: "name")
    )
    var groupsHeader = "X-Forwarded-Groups"

    @Option(
        help: ArgumentHelp(
            "Where browsers find the console, where that is not where it listens: `https://warehouse.example.com`; it may "
                + "be given several times.",
            valueName: "url"
        )
    )
    var externalURL: [String] = []

    func validate() throws {
        guard tokens == nil || trustProxy.isEmpty else {
            throw ValidationError("give `--tokens` or `--trust-proxy`, not both")
        }
        for address in trustProxy where ListenAddress(Self.withPort(address)) == nil {
            throw ValidationError("`--trust-proxy \(address)` is no address; expected `10.0.0.5`")
        }
        guard trustProxy.isEmpty == role.isEmpty else {
            throw ValidationError("`--trust-proxy` and `--role` belong together")
        }
        for url in externalURL where WebOrigin(url) == nil {
            throw ValidationError(
                "`--external-url \(url)` is none; expected a scheme and a host, such as `https://warehouse.example.com`"
            )
        }
    }

    private static func withPort(_ address: String) -> String {
        address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]:1" : "\(address):1"
    }

    /// How somebody gets in.
    ///
    /// - Throws: ``CommandFailure`` for a file of tokens or a role that is none, and where tokens would go in the clear.
    func access(at address: ListenAddress, isSecure: Bool) throws -> ConsoleSite.Access {
        if !trustProxy.isEmpty {
            return .proxy(
                ProxyTrust(
                    addresses: Set(trustProxy),
                    userHeader: userHeader,
                    groupsHeader: groupsHeader,
                    roles: try roles()
                )
            )
        }
        guard
            address.isLoopback || isSecure
                || ProcessInfo.processInfo.environment["LONGSHORE_ALLOW_PLAINTEXT"] == "1"
        else {
            throw CommandFailure(
                .usage,
                "tokens would go to `\(address)` in the clear: listen on 127.0.0.1, give a certificate by "
                    + "LONGSHORE_LISTEN_CERTIFICATE_FILE and LONGSHORE_LISTEN_KEY_FILE, or have a proxy do it (`--trust-proxy`)"
            )
        }
        guard let tokens else { return .tokens(TokenBook()) }
        guard let text = try? String(contentsOfFile: tokens, encoding: .utf8) else {
            throw CommandFailure(.usage, "`\(tokens)` cannot be read as text")
        }
        do {
            return .tokens(try TokenBook(lines: text))
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
    }

    private func roles() throws -> [String: Viewer.Role] {
        var roles: [String: Viewer.Role] = [:]
        for entry in role {
            let parts = entry.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1)
                .map { String(Substring($0)) }
            guard parts.count == 2, let role = Viewer.Role(rawValue: parts[1]) else {
                throw CommandFailure(
                    .usage,
                    "`\(entry)` gives no role; expected `GROUP=ROLE`, with a role of `reader`, `viewer` or `operator`"
                )
            }
            roles[parts[0]] = role
        }
        return roles
    }

    /// Where browsers find it, the best first.
    func origins(at address: ListenAddress, port: Int, isSecure: Bool) -> [WebOrigin] {
        let external = externalURL.compactMap { WebOrigin($0) }
        guard external.isEmpty else { return external }
        // A browser does not write the port that its scheme has anyway.
        let suffix = port == (isSecure ? 443 : 80) ? "" : ":\(port)"
        let own = address.host ?? "127.0.0.1"
        let isVersion6 = own.utf8.contains(UInt8(ascii: ":"))
        return [isVersion6 ? "[\(own)]" : own, "localhost"]
            .map { WebOrigin(isSecure: isSecure, host: $0 + suffix) }
    }

    /// What stands behind the address, where it lets somebody in.
    func invitation(_ access: ConsoleSite.Access) -> String {
        guard tokens == nil, case .tokens(let book) = access else { return "" }
        return "?token=" + book.issue(to: Viewer(name: Requester.name, role: .operator)).revealed
    }
}
