import Foundation
import Glibc

/// A file without a name, which is gone when nobody has it open: for what programs read and write.
package final class UnnamedFile: Sendable {
    /// Under which it is open here.
    package let descriptor: Int32

    /// Makes one that holds `bytes`, to be read from its start.
    ///
    /// - Throws: `POSIXError` when there is no room for it.
    package init(_ bytes: [UInt8] = []) throws {
        var path = Array("\(NSTemporaryDirectory())/longshore-XXXXXX".utf8CString)
        descriptor = unsafe mkstemp(&path)
        guard descriptor >= 0 else { throw POSIXError.last }
        unsafe unlink(path)
        try append(bytes)
        lseek(descriptor, 0, SEEK_SET)
    }

    deinit {
        close(descriptor)
    }

    private func append(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe write(descriptor, $0.baseAddress, $0.count)
            }
            guard count > 0 else { throw POSIXError.last }
            rest = rest.dropFirst(count)
        }
    }

    /// All that is in it now.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe pread(descriptor, &buffer, buffer.count, off_t(bytes.count))
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
        }
    }
}

extension POSIXError {
    /// The `errno` of the call that has just failed.
    fileprivate static var last: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
