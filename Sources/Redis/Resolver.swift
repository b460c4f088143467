internal import Foundation
internal import Glibc
internal import Synchronization

/// A socket address, as the bytes of its C structure.
struct SocketAddress: Sendable {
    let family: Int32
    let bytes: [UInt8]
}

/// Finds the addresses of a host.
enum Resolver {
    private enum Answer {
        case addresses([SocketAddress])
        case failure(Int32)
    }

    /// The addresses of `host`, in the order in which they should be tried.
    static func addresses(
        of host: String,
        port: Int,
        limit: CallLimit
    ) throws(RedisError) -> [SocketAddress] {
        var answer = lookUp(host, port: port, flags: AI_NUMERICHOST)
        if case .failure = answer {
            answer = try lookUpOnAnotherThread(host, port: port, limit: limit)
        }
        switch answer {
        case .addresses(let addresses): return addresses
        case .failure(let code):
            let reason = unsafe String(cString: gai_strerror(code))
            throw .unresolved(reason: reason, server: limit.server)
        }
    }

    /// `getaddrinfo` has no deadline: a thread that is late is left to finish for itself.
    private static func lookUpOnAnotherThread(
        _ host: String,
        port: Int,
        limit: CallLimit
    ) throws(RedisError) -> Answer {
        let box = Box()
        let wakeUp = limit.wakeUp
        Thread.detachNewThread {
            let found = lookUp(host, port: port, flags: 0)
            box.answer.withLock { $0 = found }
            wakeUp.signal()
        }
        while true {
            if let answer = box.answer.withLock({ $0 }) { return answer }
            _ = try limit.wait(for: 0, on: -1, .resolving)
        }
    }

    private final class Box: Sendable {
        let answer = Mutex<Answer?>(nil)
    }

    private static func lookUp(_ host: String, port: Int, flags: Int32) -> Answer {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = flags | AI_NUMERICSERV
        var first: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &first)
        guard code == 0 else { return .failure(code) }
        defer { unsafe freeaddrinfo(first) }
        var addresses: [SocketAddress] = []
        var next = unsafe first
        while let entry = unsafe next {
            let bytes = unsafe UnsafeRawBufferPointer(
                start: entry.pointee.ai_addr,
                count: Int(entry.pointee.ai_addrlen)
            )
            addresses.append(
                SocketAddress(family: unsafe entry.pointee.ai_family, bytes: unsafe Array(bytes))
            )
            unsafe next = unsafe entry.pointee.ai_next
        }
        return .addresses(addresses)
    }
}
