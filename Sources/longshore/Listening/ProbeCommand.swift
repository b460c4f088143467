import ArgumentParser
import Console
import Foundation
import HTTP
import Listening

/// `longshore probe`: asks a process of this machine how it is, as health checks of containers do.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Ask a worker or coordinator of this machine whether it lives, or is ready.",
        discussion: """
            It exits with 0 where the answer is yes, and else with 69. The page is that of the process that \
            listens at LONGSHORE_LISTEN, as one in the same container does.
            """
    )

    enum Page: String, ExpressibleByArgument, CaseIterable {
        /// The process moves.
        case livez
        /// It can work.
        case readyz
    }

    @Argument(help: "What is asked.")
    var page = Page.livez

    @Option(
        help: ArgumentHelp(
            "Where the process listens; LONGSHORE_LISTEN without it.",
            valueName: "address"
        )
    )
    var listen: String?

    func run() async throws {
        let url = try self.url()
        let client = HTTPClient(
            HTTPConfiguration(
                reach: .privateNetworks,
                allowsPlaintext: true,
                authorityFile: Self.certificate
            )
        )
        var request = HTTPRequest("GET", url)
        request.limits.total = .seconds(5)
        do {
            let response = try await client.send(request)
            let body = try await response.body.collect(upTo: 16 << 10)
            let words = String(decoding: body, as: UTF8.self).trimmingCharacters(in: .newlines)
            guard response.isSuccess else {
                throw CommandFailure(
                    .unavailable,
                    "\(page.rawValue) is \(response.status): \(words)"
                )
            }
            Output.print(words)
        } catch let error as HTTPError {
            throw CommandFailure(.unavailable, error.message)
        }
    }

    private static var certificate: String? {
        ListenOptions.file("CERTIFICATE", ProcessInfo.processInfo.environment)
    }

    private func url() throws -> HTTPURL {
        guard let address = try ListenOptions.address(listen) else {
            throw CommandFailure(
                .usage,
                "nothing says where the process listens: set LONGSHORE_LISTEN, or give `--listen`"
            )
        }
        // A certificate names hosts, and rarely `127.0.0.1`.
        let isHere = address.host == nil || address.isLoopback
        let host = isHere ? "localhost:\(address.port)" : address.description
        let scheme = Self.certificate == nil ? "http" : "https"
        return try HTTPURL("\(scheme)://\(host)/\(page.rawValue)")
    }
}
