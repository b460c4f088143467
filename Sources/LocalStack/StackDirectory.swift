import Foundation
import Glibc

/// The directory of one local stack (by default `.longshore/`): a lock, a record of what runs, and
/// `data`, the servers' own files, or a link to them.
struct StackDirectory: Sendable {
    /// Its absolute path.
    let path: String

    var lock: String { "\(path)/lock" }
    var record: String { "\(path)/stack.json" }
    var dataEntry: String { "\(path)/data" }

    init(_ path: String) {
        self.path =
            URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL.path
            .droppingTrailingSlash
    }

    /// Makes the directory itself.
    func make() throws(LocalStackError) {
        if let status = FileOwnership(path), status.owner != geteuid() {
            throw .notOurs(path, owner: status.owner)
        }
        do {
            let parent = URL(filePath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        } catch {
            throw .directory("making the directory", path, errno: errno)
        }
        try PrivateFile.makeDirectory(path, mode: traversable)
    }

    /// Where the servers' files are, when they are anywhere.
    var data: String? {
        guard let resolved = unsafe realpath(dataEntry, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// Where the servers' files are, made on the first call.
    ///
    /// That is below this directory, unless a server's user could not reach it there (below a home
    /// that only its owner may enter) or a server's configuration could not name it (a blank in the
    /// path): then it is a directory of our own below `/var/tmp`, and `data` is a link to it.
    func makeData() throws(LocalStackError) -> String {
        if let data { return data }
        unsafe unlink(dataEntry)  // a link to nowhere
        if isReachable {
            try PrivateFile.makeDirectory(dataEntry, mode: traversable)
        } else {
            try linkData()
        }
        guard let data else { throw .directory("making", dataEntry, errno: errno) }
        return data
    }

    private func linkData() throws(LocalStackError) {
        var template = Array("/var/tmp/longshore-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw .directory("making a directory below", "/var/tmp", errno: errno)
        }
        let target = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
        try PrivateFile.makeDirectory(target, mode: traversable)
        guard unsafe symlink(target, dataEntry) == 0 else {
            throw .directory("linking", dataEntry, errno: errno)
        }
    }

    /// Removes everything that the stack made, and the directory when nothing else is in it.
    func remove() throws {
        if let data { try FileManager.default.removeItem(atPath: data) }
        for entry in [dataEntry, record, lock] { unsafe unlink(entry) }
        unsafe rmdir(path)
    }

    /// Root's servers run as other users, who must be able to pass, but not to look around.
    private var traversable: mode_t { Account.isRoot ? 0o711 : 0o700 }

    private var isReachable: Bool {
        guard let resolved = unsafe realpath(path, nil) else { return false }
        defer { unsafe free(resolved) }
        let path = unsafe String(cString: resolved)
        let plain = path.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
                || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "-")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "_")
        }
        return plain && (!Account.isRoot || everyoneMayPass(to: path))
    }

    private func everyoneMayPass(to path: String) -> Bool {
        var place = URL(filePath: path)
        while place.path != "/" {
            guard let status = FileOwnership(place.path), status.mode & 0o001 != 0 else {
                return false
            }
            place = place.deletingLastPathComponent()
        }
        return true
    }
}

extension String {
    fileprivate var droppingTrailingSlash: String {
        count > 1 && hasSuffix("/") ? String(dropLast()) : self
    }
}
