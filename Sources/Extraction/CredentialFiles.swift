import Endpoints
import Words

/// The files in which a definition may look for credentials: those below the folders that the process is given for
/// it, and no others.
///
/// What is judged is the file that was opened; before that its path, so that nobody learns what else there is.
struct CredentialFiles: Sendable {
    /// The variable with folders, with colons between them.
    static let variable = "LONGSHORE_CREDENTIALS_BELOW"
    /// The variable with the folder that a service manager has put credentials into; relative paths are seen from it.
    static let standardVariable = "CREDENTIALS_DIRECTORY"

    private let standard: String?
    private let folders: [String]
    private let places: SourcePlaces

    /// Bytes of a file at most.
    private static let largest = 64 << 10

    /// The files that a process's environment allows.
    init(places: SourcePlaces, _ lookup: (String) -> String?) {
        standard = lookup(Self.standardVariable).flatMap { $0.isEmpty ? nil : $0 }
        let listed = (lookup(Self.variable) ?? "").utf8.split(separator: UInt8(ascii: ":"))
        folders = listed.map { String(Substring($0)) } + (standard.map { [$0] } ?? [])
        self.places = places
    }

    /// The text of a file, without the line end behind it.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - name: The credential's name.
    /// - Returns: The text.
    /// - Throws: ``ExtractionError``.
    func text(at path: ResolvedText, of name: String) throws(ExtractionError) -> Secret {
        let place = path.value.isAbsolutePath ? path.value : "\(standard ?? "")/\(path.value)"
        let isNamed = folders.contains { FilePath.isInside(place, root: Self.withoutSlash($0)) }
        guard isNamed, !place.pathParts.contains("..") else { throw Self.forbidden(name, path) }
        let file: OpenFile
        do {
            file = try OpenFile(path: place, name: path.shown)
        } catch {
            throw ExtractionError(
                .credentialMissing,
                "the credential `\(name)`: \(error.message)",
                isRetryable: error.isRetryable
            )
        }
        guard let real = file.realPath, places.allowsCredential(file),
            folders.compactMap(FilePath.resolved)
                .contains(where: {
                    FilePath.isInside(real, root: $0)
                })
        else { throw Self.forbidden(name, path) }
        return try Self.text(of: file, name)
    }

    private static func withoutSlash(_ folder: String) -> String {
        folder.utf8.last == UInt8(ascii: "/") ? String(Substring(folder.utf8.dropLast())) : folder
    }

    private static func text(of file: OpenFile, _ name: String) throws(ExtractionError) -> Secret {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: largest)
        while bytes.count <= largest {
            let count = try file.read(into: &buffer)
            if count == 0 { break }
            bytes += buffer.prefix(count)
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty, bytes.count <= largest,
            let text = String(validating: bytes, as: UTF8.self)
        else {
            throw ExtractionError(
                .credential,
                "the credential `\(name)`: the file `\(file.name)` is empty, no UTF-8, or larger than "
                    + "\(largest >> 10) KiB"
            )
        }
        return Secret(text)
    }

    private static func forbidden(_ name: String, _ path: ResolvedText) -> ExtractionError {
        ExtractionError(
            .forbidden,
            "the credential `\(name)`: the file `\(path.shown)` is not below the folders that credentials "
                + "are read from here: put it there, or name its folder in \(variable) "
                + "(\(standardVariable) is one)"
        )
    }
}
