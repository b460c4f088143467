internal import CHiredis

/// Commands as the protocol writes them.
struct EncodedCommands: Sendable {
    /// The commands, one after the other.
    let bytes: [UInt8]
    /// How many replies they will have.
    let count: Int

    /// The largest command: hiredis counts its bytes in a 32-bit integer.
    private static let largestCommand = 512 * 1024 * 1024

    /// Encodes `commands`.
    ///
    /// - Throws: ``RedisError/Code/invalidInput`` for a command without words, or a huge one.
    init(_ commands: [[RedisArgument]]) throws(RedisError) {
        var bytes: [UInt8] = []
        for command in commands { try Self.append(command, to: &bytes) }
        self.bytes = bytes
        count = commands.count
    }

    private static func append(
        _ command: [RedisArgument],
        to bytes: inout [UInt8]
    ) throws(RedisError) {
        let size = command.reduce(0) { $0 + $1.bytes.count }
        guard !command.isEmpty, size <= largestCommand else {
            throw .invalidInput(
                "a Redis command of \(command.count) arguments and \(size) bytes cannot be sent; "
                    + "expected at least one argument and at most \(largestCommand) bytes"
            )
        }
        unsafe withArgumentVector(of: command) { vector, lengths in
            var formatted: UnsafeMutablePointer<CChar>?
            let count = unsafe redisFormatCommandArgv(
                &formatted,
                Int32(command.count),
                vector,
                lengths
            )
            guard let start = unsafe formatted, count > 0 else {
                preconditionFailure("hiredis found no memory for a command of \(size) bytes")
            }
            defer { unsafe redisFreeCommand(start) }
            unsafe bytes += unsafe UnsafeRawBufferPointer(start: start, count: Int(count))
        }
    }

    /// Calls `body` with the arguments as C takes them: where each begins and how long it is.
    private static func withArgumentVector(
        of command: [RedisArgument],
        _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>, UnsafePointer<Int>) -> Void
    ) {
        let lengths = command.map(\.bytes.count)
        var joined: [UInt8] = []
        for argument in command { joined += argument.bytes }
        // So that the buffer is never without an address.
        joined.append(0)
        unsafe joined.withUnsafeBytes { joined in
            let start = unsafe joined.baseAddress?.assumingMemoryBound(to: CChar.self)
            var starts: [UnsafePointer<CChar>?] = unsafe []
            var offset = 0
            for length in lengths {
                unsafe starts.append(start.map { unsafe $0 + offset })
                offset += length
            }
            unsafe body(&starts, lengths)
        }
    }
}
