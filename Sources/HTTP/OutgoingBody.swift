internal import Glibc
internal import Words

/// The bytes that a request sends, from memory or from a file.
final class OutgoingBody {
    /// How many bytes there are.
    let count: Int
    private let content: Content
    private var position = 0

    private enum Content {
        case bytes([UInt8])
        case file(descriptor: Int32, offset: Int)
    }

    /// - Throws: ``HTTPError/Code/invalidInput`` for a file that cannot be opened.
    init(_ body: HTTPRequest.Body) throws(HTTPError) {
        switch body {
        case .none: (count, content) = (0, .bytes([]))
        case .bytes(let bytes): (count, content) = (bytes.count, .bytes(bytes))
        case .file(let path, let offset, let count):
            let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw .invalidInput("opening `\(path)`: \(systemMessage(errno))")
            }
            (self.count, content) = (count, .file(descriptor: descriptor, offset: offset))
        }
    }

    deinit {
        if case .file(let descriptor, _) = content { close(descriptor) }
    }

    /// Goes back to a place: libcurl sends again on another connection what one has not taken.
    func seek(to position: Int) -> Bool {
        guard (0...count).contains(position) else { return false }
        self.position = position
        return true
    }

    /// Copies the next bytes; -1 when there should be more and cannot be read.
    func read(into target: UnsafeMutableRawBufferPointer) -> Int {
        let wanted = min(target.count, count - position)
        let copied =
            switch content {
            case .bytes(let bytes): unsafe Self.copy(bytes[position..<position + wanted], target)
            case .file(let descriptor, let offset):
                unsafe pread(descriptor, target.baseAddress, wanted, offset + position)
            }
        // A file that has become shorter would be sent as a whole one.
        guard copied > 0 || wanted == 0 else { return -1 }
        position += copied
        return copied
    }

    private static func copy(
        _ bytes: ArraySlice<UInt8>,
        _ target: UnsafeMutableRawBufferPointer
    ) -> Int {
        unsafe target.copyBytes(from: bytes)
        return bytes.count
    }
}
