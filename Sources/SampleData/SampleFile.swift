import CZlib
import Glibc
import Words

/// A file that is being written, compressed when its name ends in `.gz`; until it is closed it has
/// another name, so that no cut file is left where the disk is full.
///
/// Its bytes depend on nothing but what is written: zlib's header holds no name and no time.
@safe final class SampleFile {
    private let path: String
    /// Its name until it is whole.
    private var part: String { path + ".part" }
    private var file: gzFile?
    private var buffer: [UInt8] = []
    private static let bufferSize = 1 << 16

    /// Makes the file anew.
    init(_ path: String) throws(SampleDataError) {
        self.path = path
        // "T" writes the bytes as they are.
        unsafe file = gzopen(path + ".part", path.hasSuffix(".gz") ? "wb5" : "wbT")
        guard unsafe file != nil else { throw failure("making") }
        buffer.reserveCapacity(Self.bufferSize + 4_096)
    }

    deinit {
        guard let file = unsafe file else { return }
        unsafe gzclose_w(file)
        unsafe unlink(part)
    }

    /// Appends `bytes`.
    func write(_ bytes: some Sequence<UInt8>) throws(SampleDataError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Appends `text`.
    func write(_ text: String) throws(SampleDataError) {
        try write(text.utf8)
    }

    /// Writes the rest and closes the file.
    func close() throws(SampleDataError) {
        try flush()
        guard let open = unsafe file else { return }
        unsafe file = nil
        guard unsafe gzclose_w(open) == Z_OK, unsafe rename(part, path) == 0 else {
            let failure = failure("closing")
            unsafe unlink(part)
            throw failure
        }
    }

    private func flush() throws(SampleDataError) {
        guard !buffer.isEmpty, let file = unsafe file else { return }
        let written = unsafe gzwrite(file, buffer, UInt32(buffer.count))
        guard written == buffer.count else { throw failure("writing") }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure(_ doing: String) -> SampleDataError {
        .file(path, doing: doing, reason: systemMessage(errno))
    }
}
