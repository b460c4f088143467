import Credentials
import Endpoints
import Foundation
package import HTTP
import ObjectStorage
import Pipelines

/// What definitions may make a process read: the variables that their sources name, and the places where
/// files of sources lie.
public struct SourceEnvironment: Sendable {
    /// Where files of sources lie.
    let places: SourcePlaces
    /// What the process knows of the APIs that it asks.
    let callBook = CallBook()
    /// How long they are waited for.
    var callPatience = CallPatience()
    private let names: VariableNames?
    private let lookup: @Sendable (String) -> String?
    /// What is asked for once for the whole process.
    let store: CredentialStore
    /// Where files of credentials lie.
    let files: CredentialFiles
    /// The credentials that a source's texts name, once they are there.
    var credentials: [String: Secret] = [:]

    /// An environment from a function that knows the variables' values.
    ///
    /// - Parameters:
    ///   - names: The variables that may be named; `nil` for all. Longshore's own never may.
    ///   - places: Where files of sources lie.
    ///   - clock: Tells the time in seconds since 1970, by which credentials expire; `nil` is the system's.
    ///   - lookup: Gives the value of a variable.
    public init(
        names: VariableNames? = nil,
        places: SourcePlaces = SourcePlaces(),
        clock: (@Sendable () -> Int)? = nil,
        _ lookup: @escaping @Sendable (String) -> String?
    ) {
        self.names = names
        self.places = places
        self.lookup = lookup
        files = CredentialFiles(places: places, lookup)
        store = CredentialStore(
            Machine(
                variable: lookup,
                web: { Self.web(reach: $0, lookup) },
                now: clock ?? { secondsSince1970() }
            )
        )
    }

    /// How servers are asked by HTTP: through the proxies and with the authorities that the process' own
    /// environment names.
    package func web(reach: Reach) -> HTTPConfiguration { Self.web(reach: reach, lookup) }

    private static func web(
        reach: Reach,
        _ lookup: (String) -> String?
    ) -> HTTPConfiguration {
        let names = ProxySettings.variables.compactMap { name in lookup(name).map { (name, $0) } }
        return HTTPConfiguration(
            reach: reach,
            allowsPlaintext: lookup("LONGSHORE_ALLOW_PLAINTEXT") == "1",
            authorityFile: lookup("SSL_CERT_FILE").flatMap { $0.isEmpty ? nil : $0 },
            proxies: ProxySettings(Dictionary(uniqueKeysWithValues: names))
        )
    }

    /// `template` with the values of `${NAME}` and `${NAME:-default}` in their places.
    ///
    /// An empty variable counts as not set, as in a shell's `:-`.
    package func resolve(_ text: String) throws(ExtractionError) -> ResolvedText {
        let template = Template(text)
        if let malformed = template.malformed {
            throw ExtractionError(
                .variable,
                "resolving a source's `${…}`: `\(malformed)` is none; write `${NAME}` or `${NAME:-default}`"
            )
        }
        var resolved = ResolvedText()
        for part in template.parts {
            switch part {
            case .literal(let text): resolved.add(text)
            case .expansion(let name, let fallback):
                if let credential = Template.credential(in: name) {
                    try add(credential: credential, as: name, to: &resolved)
                } else {
                    try add(name, or: fallback, to: &resolved)
                }
            }
        }
        return resolved
    }

    /// The URL of a database, resolved; it names no file of this machine that no source may use, be it a key that would
    /// prove who this process is, or a socket at which the kernel says so.
    package func database(
        _ text: String,
        of source: String
    ) throws(ExtractionError) -> ResolvedText {
        let resolved = try resolve(text)
        let shown = "a file that the URL of the source `\(source)` names"
        for path in Self.paths(in: resolved.value) {
            // What cannot be resolved is not there.
            guard let real = FilePath.resolved(path) else { continue }
            try places.resolved().require(real, shown)
        }
        return resolved
    }

    /// The files that a URL has libpq, libmariadb or libmongoc open: by its parameters, and as a host, which is a socket then.
    private static func paths(in url: String) -> [String] {
        let parts = url.unicodeScalars.split(separator: "?", maxSplits: 1)
        let hosts = parts.first?.split { "@/,:".unicodeScalars.contains($0) } ?? []
        var paths = hosts.map(String.init).filter { $0.lowercased().utf8.starts(with: "%2f".utf8) }
            .compactMap(\.removingPercentEncoding)
        for parameter in parts.dropFirst().first?.split(separator: "&") ?? [] {
            let pair = parameter.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2, let name = pair[0].removingPercentEncoding,
                names.contains(name.lowercased()), let value = pair[1].removingPercentEncoding
            else { continue }
            paths += value.unicodeScalars.split(separator: ",").map(String.init)
        }
        return paths
    }

    /// The parameters by which the libraries read files of a client's own, or find a socket, in small letters: libmongoc
    /// does not tell them from others.
    private static let names = [
        "sslcert", "sslkey", "passfile", "servicefile", "tlscertificatekeyfile",
        "sslclientcertificatekeyfile", "host", "hostaddr", "socket",
    ]

    private func add(
        _ name: String,
        or fallback: String?,
        to resolved: inout ResolvedText
    ) throws(ExtractionError) {
        try requireAllowed(name)
        if let value = lookup(name), !value.isEmpty {
            resolved.add(value, of: name)
        } else if let fallback {
            resolved.add(fallback)
        } else {
            throw ExtractionError(
                .variable,
                "resolving a source's `${\(name)}`: the environment variable `\(name)` is not set "
                    + "where this worker runs; set it, or write `${\(name):-default}`"
            )
        }
    }

    private func add(
        credential: String,
        as name: String,
        to resolved: inout ResolvedText
    ) throws(ExtractionError) {
        guard let value = credentials[credential] else {
            throw ExtractionError(
                .misconfigured,
                "resolving a source's `${\(name)}`: there is no credential `\(credential)`"
            )
        }
        resolved.add(value.revealed, of: name)
    }

    /// Refuses the machine's own identity where the variable that begins it may not be named.
    func requireMachine(_ variable: String, for credential: String) throws(ExtractionError) {
        guard names?.contains(variable) ?? true else {
            throw ExtractionError(
                .forbidden,
                "the credential `\(credential)`: the identity of this machine may be used only where sources "
                    + "may name `\(variable)`; add it to `--environment` (LONGSHORE_ENVIRONMENT) where "
                    + "that is meant"
            )
        }
    }

    /// The store of objects that the process takes for Google's.
    var emulator: String? { lookup("STORAGE_EMULATOR_HOST") }

    private func requireAllowed(_ name: String) throws(ExtractionError) {
        guard !OwnVariable.includes(name) else {
            throw ExtractionError(
                .forbidden,
                "resolving a source's `${\(name)}`: variables called `LONGSHORE_…` are Longshore's own, "
                    + "and no source may name them; give the source a variable of its own"
            )
        }
        guard names?.contains(name) ?? true else {
            throw ExtractionError(
                .forbidden,
                "resolving a source's `${\(name)}`: the variable `\(name)` is none of those that sources "
                    + "may name here; add it to `--environment` (LONGSHORE_ENVIRONMENT) where that is "
                    + "meant"
            )
        }
    }
}
