import Glibc

/// A file that appears when it is whole: until then it has another name beside its own.
public final class OutputFile {
    private let path: String
    private let temporary: String?
    private let descriptor: Int32

    /// Writes a file by `body`; when that fails, or the disk is full, what was there before stays.
    ///
    /// What is no regular file (a terminal, a pipe, `/dev/null`) is written as it is.
    ///
    /// - Throws: ``OutputError``, and what `body` throws.
    public static func write<Result>(
        _ path: String,
        _ body: (OutputFile) async throws -> Result
    ) async throws -> Result {
        let file = try OutputFile(path)
        do {
            let result = try await body(file)
            try file.finish()
            return result
        } catch {
            file.abandon()
            throw error
        }
    }

    private init(_ path: String) throws(OutputError) {
        var status = stat()
        let isThere = unsafe stat(path, &status) == 0
        guard !isThere || status.st_mode & S_IFMT == S_IFREG else {
            temporary = nil
            self.path = path
            descriptor = unsafe open(path, O_WRONLY)
            if descriptor < 0 { throw OutputError(file: path, .last) }
            return
        }
        // The file that a link names is replaced, not the link.
        self.path = isThere ? Self.resolved(path) : path
        let mode = isThere ? status.st_mode & 0o777 : Self.standardMode
        let name = self.path + ".\(getpid()).part"
        temporary = name
        descriptor = unsafe open(name, O_WRONLY | O_CREAT | O_TRUNC, mode)
        if descriptor < 0 { throw OutputError(file: path, .last) }
    }

    deinit { close(descriptor) }

    /// Adds to the file.
    public func write(_ bytes: [UInt8]) throws(OutputError) {
        do throws(SystemError) {
            try writeAll(bytes, to: descriptor)
        } catch {
            throw OutputError(file: path, error)
        }
    }

    private func finish() throws(OutputError) {
        guard let temporary else { return }
        // A file system may tell a full disk only now.
        guard fsync(descriptor) == 0, unsafe rename(temporary, path) == 0 else {
            throw OutputError(file: path, .last)
        }
    }

    private func abandon() {
        if let temporary { unsafe unlink(temporary) }
    }

    private static let standardMode: mode_t = 0o666

    private static func resolved(_ path: String) -> String {
        guard let name = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(name) }
        return unsafe String(cString: name)
    }
}
