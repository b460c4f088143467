import Foundation
import Glibc
import LocalStack
import Postgres

/// A file system in memory, a tablespace on it, and a file that leaves no room beside it.
struct SmallDisk: Sendable {
    /// The name of the tablespace.
    let tablespace: String
    private let folder: String

    /// Whether this process may mount one.
    static var isPossible: Bool { geteuid() == 0 }

    /// Mounts one of 256 MB that belongs to the user whom Postgres runs as.
    static func mount(named name: String, on ground: Ground) async throws -> SmallDisk {
        let disk = SmallDisk(tablespace: "\(name)_disk", folder: "/tmp/longshore-\(name)")
        let place = "\(disk.folder)/tablespace"
        try FileManager.default.createDirectory(
            atPath: disk.folder,
            withIntermediateDirectories: false
        )
        guard unsafe Glibc.mount("tmpfs", disk.folder, "tmpfs", 0, "size=256m,mode=0755") == 0
        else { throw TortureError(what: "no tmpfs could be mounted: error \(errno)") }
        do {
            try FileManager.default.createDirectory(
                atPath: place,
                withIntermediateDirectories: false
            )
            let process = try await ground.processID(of: .postgres)
            let owner = try FileManager.default.attributesOfItem(atPath: "/proc/\(process)")
            let account = (owner[.ownerAccountID] as? NSNumber)?.uint32Value ?? 0
            guard unsafe chown(place, account, gid_t.max) == 0 else {
                throw TortureError(what: "the tmpfs could not be given to Postgres")
            }
            try await ground.execute(
                "create tablespace \(id: disk.tablespace) location \(literal: place)"
            )
        } catch {
            try? disk.detach()
            throw error
        }
        return disk
    }

    /// Leaves no room on it.
    func fill() throws {
        let file = unsafe open(ballast, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw TortureError(what: "the tmpfs could not be filled") }
        defer { Glibc.close(file) }
        let block = [UInt8](repeating: 0, count: 4096)
        while unsafe write(file, block, block.count) > 0 {}
        guard errno == ENOSPC else { throw TortureError(what: "the tmpfs could not be filled") }
    }

    /// Makes room again.
    func clear() throws { try FileManager.default.removeItem(atPath: ballast) }

    /// Drops the tablespace, whose database is gone, and unmounts it.
    func unmount(from ground: Ground) async throws {
        defer { try? detach() }
        try await ground.execute("drop tablespace \(id: tablespace)")
    }

    private var ballast: String { "\(folder)/ballast" }

    private func detach() throws {
        unsafe umount2(folder, Int32(MNT_DETACH))
        try FileManager.default.removeItem(atPath: folder)
    }
}
