import Foundation
import Glibc

/// Files and directories that only their owner may read, made in one step: never readable by
/// others for a moment, never through a link that someone else put there.
enum PrivateFile {
    /// Writes `text` to `path`, replacing what was there.
    static func write(
        _ text: String,
        to path: String,
        owner: Account = .current,
        mode: mode_t = 0o600
    ) throws(LocalStackError) {
        let draft = "\(path).new"
        unsafe unlink(draft)
        let file = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard file >= 0 else { throw .directory("writing", path, errno: errno) }
        defer { close(file) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(file, buffer.baseAddress, buffer.count)
            }
            guard count > 0 else { throw .directory("writing", path, errno: errno) }
            bytes = bytes.dropFirst(count)
        }
        guard fchmod(file, mode) == 0, fchown(file, owner.userID, owner.groupID) == 0,
            unsafe rename(draft, path) == 0
        else { throw .directory("writing", path, errno: errno) }
    }

    /// Makes the directory `path` unless it is there, and gives it its owner and mode.
    static func makeDirectory(
        _ path: String,
        owner: Account = .current,
        mode: mode_t = 0o700
    ) throws(LocalStackError) {
        guard unsafe mkdir(path, mode) == 0 || errno == EEXIST else {
            throw .directory("making the directory", path, errno: errno)
        }
        guard let status = FileOwnership(path), status.isDirectory else {
            throw .directory("using the directory", path, errno: ENOTDIR)
        }
        if status.owner != owner.userID, unsafe lchown(path, owner.userID, owner.groupID) != 0 {
            throw .directory("giving away the directory", path, errno: errno)
        }
        if status.mode != mode, unsafe chmod(path, mode) != 0 {
            throw .directory("protecting the directory", path, errno: errno)
        }
    }
}

/// What `lstat` says about a file.
struct FileOwnership {
    let owner: UInt32
    let inode: UInt
    /// The permission bits.
    let mode: mode_t
    let isDirectory: Bool
    let isLink: Bool

    init?(_ path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        owner = status.st_uid
        inode = status.st_ino
        mode = status.st_mode & 0o7777
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
        isLink = status.st_mode & S_IFMT == S_IFLNK
    }
}
