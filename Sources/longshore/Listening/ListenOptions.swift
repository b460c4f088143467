import ArgumentParser
import Console
import Endpoints
import Foundation
import Listening

/// Where a daemon answers probes and tells its metrics.
struct ListenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where to answer /metrics, /livez and /readyz by HTTP: `127.0.0.1:9464`, `:9464` for all addresses; "
                + "LONGSHORE_LISTEN without it, and nowhere without both.",
            valueName: "address"
        )
    )
    var listen: String?

    /// Does something while probes are answered; first they are told that the process starts.
    ///
    /// - Throws: what `body` throws; ``CommandFailure`` for what is no address, token or certificate, `ListenerError` for
    ///   an address that is taken.
    func whileListening(
        as role: String,
        _ body: (VitalSigns) async throws -> Void
    ) async throws {
        let vitals = VitalSigns(role: role, address: try Self.address(listen))
        let listener = try listener(telling: vitals)
        defer { listener?.close() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await vitals.beat() }
            defer { group.cancelAll() }
            try await body(vitals)
        }
    }

    private static let variable = "LONGSHORE_LISTEN"

    /// The address that an option says, or else the environment.
    static func address(_ option: String?) throws -> ListenAddress? {
        let written = option ?? ProcessInfo.processInfo.environment[variable]
        guard let written, !written.isEmpty else { return nil }
        guard let address = ListenAddress(written) else {
            throw CommandFailure(
                .usage,
                "`\(written)` is no address to listen at; expected `127.0.0.1:9464`, `[::1]:9464` or `:9464`"
            )
        }
        return address
    }

    private func listener(telling vitals: VitalSigns) throws -> WebListener? {
        guard let address = vitals.address else { return nil }
        let environment = ProcessInfo.processInfo.environment
        let token = try Self.token(environment)
        let identity = try Self.identity(environment)
        if !address.isLoopback {
            try Self.judge(token, identity, at: address, environment)
        }
        return try WebListener(address, identity: identity) { question in
            vitals.answer(question, demanding: token)
        }
    }

    /// - Throws: when a token would be sent in the clear.
    private static func judge(
        _ token: Secret?,
        _ identity: WebIdentity?,
        at address: ListenAddress,
        _ environment: [String: String]
    ) throws {
        if token == nil {
            Output.note(
                "warning: whoever reaches `\(address)` sees names of pipelines, tables and queues: let nobody reach it who may "
                    + "not, or set \(variable)_TOKEN_FILE"
            )
        } else if identity == nil, environment["LONGSHORE_ALLOW_PLAINTEXT"] != "1" {
            throw CommandFailure(
                .usage,
                "a token would go to `\(address)` in the clear: give a certificate by "
                    + "\(variable)_CERTIFICATE_FILE and \(variable)_KEY_FILE, or set "
                    + "LONGSHORE_ALLOW_PLAINTEXT=1 where the network itself is trusted"
            )
        }
    }

    /// What who asks for metrics has to show: `LONGSHORE_LISTEN_TOKEN`, or the first line of a file.
    private static func token(_ environment: [String: String]) throws -> Secret? {
        if let token = environment["\(variable)_TOKEN"] {
            // An empty secret of somebody's is no reason to tell everybody.
            guard !token.isEmpty else {
                throw CommandFailure(
                    .usage,
                    "\(variable)_TOKEN is empty: give a token, or unset it"
                )
            }
            return Secret(token)
        }
        guard let path = file("TOKEN", environment) else { return nil }
        guard let token = LoginFile(path: path).firstLine() else { throw unreadable("TOKEN", path) }
        return token
    }

    static func identity(
        _ environment: [String: String]
    ) throws -> WebIdentity? {
        let names = ["CERTIFICATE", "KEY"]
        let paths = names.compactMap { file($0, environment) }
        guard !paths.isEmpty else { return nil }
        guard paths.count == names.count else {
            throw CommandFailure(
                .usage,
                "\(variable)_CERTIFICATE_FILE and \(variable)_KEY_FILE belong together: set both, or none"
            )
        }
        let texts = try zip(names, paths)
            .map { name, path in
                let text = try? String(contentsOfFile: path, encoding: .utf8)
                guard let text, !text.isEmpty else { throw unreadable(name, path) }
                return text
            }
        return WebIdentity(certificate: texts[0], key: Secret(texts[1]))
    }

    /// The file that a variable names; `nil` where it is empty or not there.
    static func file(_ name: String, _ environment: [String: String]) -> String? {
        environment["\(variable)_\(name)_FILE"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func unreadable(_ name: String, _ path: String) -> CommandFailure {
        CommandFailure(
            .usage,
            "\(variable)_\(name)_FILE names `\(path)`, which cannot be read or is empty: mount the secret there"
        )
    }
}
