import Glibc
import Pipelines
import Rows
import Synchronization
import Words

/// The files of a folder; it answers without suspending.
struct FileSource: ObjectStore {
    let folder: SourceFolder
    /// What is known of folders already.
    var listings = FolderListings()
    /// What the folder has said of the files that are about to be read.
    private let sizes = ListedSizes()

    /// The files that fit a pattern, sorted by their bytes, as paths relative to the folder.
    ///
    /// A part of the pattern without `*` is looked for by its name; only for the others is a folder listed.
    ///
    /// - Parameters:
    ///   - pattern: What they are called.
    ///   - explains: Whether the error for no file tells what else is there.
    /// - Returns: Their paths in the folder.
    /// - Throws: ``ExtractionError`` when there is none, or when one leads out of the folder.
    func objects(
        matching pattern: FilePattern,
        explains: Bool = true
    ) throws(ExtractionError) -> [String] {
        let root = try folder.root(lookingFor: pattern.text)
        var found = [""]
        var parents: [String] = []
        for component in pattern.components {
            parents = found.map { $0.isEmpty ? root : root + "/" + $0 }
            found = zip(found, parents)
                .flatMap { parent, folder in
                    names(component, in: folder).map { parent.isEmpty ? $0 : parent + "/" + $0 }
                }
        }
        guard !found.isEmpty else {
            throw noMatch(pattern, names: explains ? names(in: parents, root: root) : [])
        }
        for file in found {
            try requireInside(file, root: root)
            sizes[file] = FilePath.status(of: file, in: root)?.size
        }
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The names in a folder that fit a part of a pattern.
    private func names(_ component: String, in folder: String) -> [String] {
        guard component.utf8.contains(UInt8(ascii: "*")) else {
            return component != "." && FilePath.exists(folder + "/" + component) ? [component] : []
        }
        return listings.names(in: folder).filter { FilePattern.matches($0, component: component) }
    }

    /// All names in some folders, as far as they are not links to others.
    private func names(in parents: [String], root: String) -> [String] {
        parents.filter { FilePath.resolved($0).map { FilePath.isAt($0, root: root) } ?? false }
            .flatMap(listings.names)
    }

    /// Opens one of the files.
    ///
    /// The file that was opened is the one that is judged, even if the path has changed since.
    func open(_ file: String) throws(ExtractionError) -> any ByteInput {
        let opened = try OpenFile(path: folder.path + "/" + file, name: file)
        try folder.require(opened)
        return opened
    }

    func size(of file: String) -> Int? { sizes[file] }

    func statuses(
        matching components: [String],
        lookingFor wanted: String
    ) throws(ExtractionError) -> [FileStatus] {
        let root = try folder.root(lookingFor: wanted)
        var found = [""]
        for component in components {
            found = found.flatMap { parent in
                FilePath.names(in: parent.isEmpty ? root : root + "/" + parent)
                    .filter { FilePattern.matches($0, component: component) }
                    .map { parent.isEmpty ? $0 : parent + "/" + $0 }
            }
        }
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            .compactMap { FilePath.status(of: $0, in: root) }
    }

    /// A file that was named by its path, and the folder it really lies in.
    static func alone(_ path: String) throws(ExtractionError) -> (FileSource, String) {
        guard let resolved = FilePath.resolved(path) else {
            throw ExtractionError(
                .missing,
                "opening `\(path)`: there is no such file, or it cannot be reached"
            )
        }
        let parts = resolved.pathParts
        let folder = parts.dropLast().joined(separator: "/")
        return (
            FileSource(folder: SourceFolder(path: folder.isEmpty ? "/" : folder)),
            parts[parts.count - 1]
        )
    }

    private func requireInside(_ file: String, root: String) throws(ExtractionError) {
        let path = root + "/" + file
        guard let target = FilePath.resolved(path) else {
            // A name that is not UTF-8 was repaired when the folder was listed.
            let trouble =
                FilePath.exists(path)
                ? "is a link to nothing, or cannot be reached"
                : "has just gone, or its name is not UTF-8: rename it"
            throw ExtractionError(
                .unreadable,
                "the file `\(file)` in `\(folder.shown)` \(trouble)"
            )
        }
        try folder.require(file, at: target, root: root)
    }

    private func noMatch(_ pattern: FilePattern, names: [String]) -> ExtractionError {
        let wanted = pattern.components.last ?? pattern.text
        let nearest = NearestNames(to: wanted, among: names).names
        let shown = nearest.isEmpty ? Array(names.sorted().prefix(3)) : nearest
        let hint =
            shown.isEmpty
            ? "the folder holds nothing there"
            : "nearest there: " + shown.inBackticks()
        return ExtractionError(
            .missing,
            "no file matches `\(pattern.text)` in `\(folder.shown)`; \(hint)"
        )
    }
}

/// The sizes of files when their folder was asked for their names.
private final class ListedSizes: Sendable {
    private let sizes = Mutex<[ExactText: Int]>([:])

    subscript(file: String) -> Int? {
        get { sizes.withLock { $0[ExactText(file)] } }
        set { sizes.withLock { $0[ExactText(file)] = newValue } }
    }
}

/// Questions about paths to the operating system.
enum FilePath {
    /// The absolute path without links; `nil` when there is nothing.
    static func resolved(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        // Another name may be repaired to the same text.
        return unsafe String(validatingCString: resolved)
    }

    /// Whether there is something of that name, be it a link to nothing.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// What the folder says of a regular file; `nil` when it is none.
    static func status(of name: String, in root: String) -> FileStatus? {
        var status = stat()
        guard unsafe stat(root + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG
        else { return nil }
        return FileStatus(
            name: name,
            size: status.st_size,
            modified: ModificationTime.kept(
                seconds: status.st_mtim.tv_sec,
                nanoseconds: status.st_mtim.tv_nsec
            )
        )
    }

    /// Whether a resolved path lies below a resolved folder.
    static func isInside(_ path: String, root: String) -> Bool {
        path.utf8.starts(with: (root == "/" ? root : root + "/").utf8)
    }

    /// Whether a resolved path lies below a resolved folder, or is it.
    static func isAt(_ path: String, root: String) -> Bool {
        path.utf8.elementsEqual(root.utf8) || isInside(path, root: root)
    }

    /// The names in a folder; none when it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let directory = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
