import Glibc
import Words

/// Where files of sources lie, and where none is ever read.
///
/// What is judged is the file that was opened, by the path that the kernel has for it: a link that is changed
/// meanwhile changes nothing.
public struct SourcePlaces: Sendable {
    /// The folders below which files are read, without links once they are ``resolved()``.
    private var folders: [String]?
    private let own: [String]
    /// What is in each folder of Longshore's own, wherever that is.
    private let marks: [String]
    /// Where ``own`` lie, without links.
    private var forbidden: [String] = Self.system

    /// The kernel's folders: devices, and what it tells of processes and of itself.
    private static let system = ["/proc", "/sys", "/dev"]

    /// - Parameters:
    ///   - folders: Files are read below these only; `nil` for anywhere.
    ///   - own: Files and folders of Longshore itself, with secrets in them.
    ///   - marks: The names that are together in any other folder of Longshore itself; none for no such folder.
    public init(below folders: [String]? = nil, own: [String] = [], marks: [String] = []) {
        self.folders = folders
        self.own = own
        self.marks = marks
    }

    /// The places without links, as they are now: what is asked for each file of a folder.
    func resolved() -> SourcePlaces {
        var places = self
        places.folders = folders?.compactMap(FilePath.resolved)
        places.forbidden = Self.system + own.compactMap(FilePath.resolved)
        return places
    }

    /// Refuses a path without links that is at none of these ``resolved()`` places for sources.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - shown: What it is called: ``the folder `data` ``.
    /// - Throws: ``ExtractionError``.
    func require(_ path: String, _ shown: String) throws(ExtractionError) {
        guard !isForbidden(path) else { throw Self.neverRead(shown) }
        guard let folders else { return }
        guard folders.contains(where: { FilePath.isAt(path, root: $0) }) else {
            throw ExtractionError(
                .forbidden,
                "\(shown) is not below the folders that sources are read from here: put it there, or "
                    + "name its folder with `--sources-below` (LONGSHORE_SOURCES_BELOW)"
            )
        }
    }

    /// Refuses a file that has been opened and is at no place for sources, or may be at another one too.
    func require(_ file: OpenFile, allowsHardLinks: Bool) throws(ExtractionError) {
        let shown = "the file `\(file.name)`"
        guard let path = file.realPath, !own.contains(where: file.isSame(as:)) else {
            throw Self.neverRead(shown)
        }
        try require(path, shown)
        guard folders == nil || allowsHardLinks || file.names == 1 else {
            throw ExtractionError(
                .forbidden,
                "\(shown) has other names (hard links), which may be anywhere: copy it, or declare "
                    + "`hard_links: true` at its source where that is meant"
            )
        }
    }

    /// Whether a file that has been opened is none of Longshore's own, and none of the system's.
    func allowsCredential(_ file: OpenFile) -> Bool {
        guard let path = file.realPath, !own.contains(where: file.isSame(as:)) else { return false }
        return !resolved().isForbidden(path)
    }

    private func isForbidden(_ path: String) -> Bool {
        forbidden.contains { FilePath.isAt(path, root: $0) } || isMarked(path)
    }

    /// Whether a path without links is that of a folder with all ``marks``, or leads through one.
    private func isMarked(_ path: String) -> Bool {
        guard !marks.isEmpty else { return false }
        let parts = path.pathParts
        return parts.indices.contains { last in
            let folder = "/" + parts[...last].joined(separator: "/")
            return marks.allSatisfy { FilePath.exists(folder + "/" + $0) }
        }
    }

    private static func neverRead(_ shown: String) -> ExtractionError {
        ExtractionError(
            .forbidden,
            "\(shown) is of the system (`/proc`, `/sys`, `/dev`) or of Longshore itself (its servers' "
                + "data, files with their URLs), where no source is read: put the files elsewhere"
        )
    }
}
