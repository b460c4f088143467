import Glibc
import Pipelines
import Rows

/// The files of a folder.
struct FileSource {
    /// The folder as it was configured, for messages.
    let folder: String

    /// The files that fit a pattern, sorted by their bytes, as paths relative to the folder.
    ///
    /// - Throws: ``ExtractionError`` when there is none, or when one leads out of the folder.
    func files(matching pattern: FilePattern) throws(ExtractionError) -> [String] {
        guard let root = FilePath.resolved(folder) else {
            throw ExtractionError(
                .missing,
                "looking for `\(pattern.text)`: the folder `\(folder)` is not there or cannot be "
                    + "entered"
            )
        }
        var found = [""]
        var seen: [String] = []
        for (depth, component) in pattern.components.enumerated() {
            var next: [String] = []
            for parent in found {
                let names = FilePath.names(in: parent.isEmpty ? root : root + "/" + parent)
                if depth == pattern.components.count - 1 { seen += names }
                next += names.filter { FilePattern.matches($0, component: component) }
                    .map { parent.isEmpty ? $0 : parent + "/" + $0 }
            }
            found = next
        }
        guard !found.isEmpty else { throw noMatch(pattern, names: seen) }
        for file in found { try requireInside(file, root: root) }
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Opens one of the files.
    func open(_ file: String) throws(ExtractionError) -> OpenFile {
        let path = folder + "/" + file
        let opened = try OpenFile(path: path, name: file)
        // The file that was opened is the one that is judged, even if the path has changed since.
        guard let root = FilePath.resolved(folder), let target = opened.resolvedPath,
            FilePath.isInside(target, root: root)
        else { throw Self.escape(file) }
        return opened
    }

    /// A file that was named by its path, and the folder it really lies in.
    static func alone(_ path: String) throws(ExtractionError) -> (FileSource, String) {
        guard let resolved = FilePath.resolved(path), let slash = resolved.lastIndex(of: "/") else {
            throw ExtractionError(
                .missing,
                "opening `\(path)`: there is no such file, or it cannot be reached"
            )
        }
        let folder = resolved[..<slash]
        let name = String(resolved[resolved.index(after: slash)...])
        return (FileSource(folder: folder.isEmpty ? "/" : String(folder)), name)
    }

    private func requireInside(_ file: String, root: String) throws(ExtractionError) {
        guard let target = FilePath.resolved(root + "/" + file) else {
            throw ExtractionError(
                .unreadable,
                "the file `\(file)` in `\(folder)` is a link to nothing, or cannot be reached"
            )
        }
        guard FilePath.isInside(target, root: root) else { throw Self.escape(file) }
    }

    private func noMatch(_ pattern: FilePattern, names: [String]) -> ExtractionError {
        let wanted = pattern.components.last ?? pattern.text
        let nearest = NearestNames(to: wanted, among: names).names
        let shown = nearest.isEmpty ? Array(names.sorted().prefix(3)) : nearest
        let hint =
            shown.isEmpty
            ? "the folder holds nothing there"
            : "nearest there: " + shown.map { "`\($0)`" }.joined(separator: ", ")
        return ExtractionError(
            .missing,
            "no file matches `\(pattern.text)` in `\(folder)`; \(hint)"
        )
    }

    private static func escape(_ file: String) -> ExtractionError {
        ExtractionError(
            .escape,
            "the file `\(file)` is a link that leads out of its source's folder, which is refused"
        )
    }
}

/// Questions about paths to the operating system.
enum FilePath {
    /// The absolute path without links; `nil` when there is nothing.
    static func resolved(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// Whether a resolved path lies below a resolved folder.
    static func isInside(_ path: String, root: String) -> Bool {
        path.hasPrefix(root == "/" ? "/" : root + "/")
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
