internal import Glibc

/// Where a process listens: `127.0.0.1:9464`, `[::1]:9464`, or `:9464` for all addresses of the machine.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 or IPv6 address; `nil` for all of them.
    public let host: String?
    /// The port; 0 takes a free one.
    public let port: Int

    /// Reads an address; `nil` for what is none.
    ///
    /// Names are none: what they mean can change.
    public init?(_ text: String) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")),
            let port = UInt16(text[text.utf8.index(after: colon)...])
        else { return nil }
        self.port = Int(port)
        let host = String(text[..<colon])
        if host.isEmpty || host == "*" {
            self.host = nil
        } else if host.utf8.first == UInt8(ascii: "["), host.utf8.last == UInt8(ascii: "]") {
            let address = String(host.dropFirst().dropLast())
            guard Self.isAddress(address, AF_INET6) else { return nil }
            self.host = address
        } else {
            guard Self.isAddress(host, AF_INET) else { return nil }
            self.host = host
        }
    }

    /// Whether only this machine can ask there.
    public var isLoopback: Bool {
        guard let host else { return false }
        return host == "::1" || host.utf8.starts(with: "127.".utf8)
    }

    /// The address as it is written.
    public var description: String {
        guard let host else { return ":\(port)" }
        return isVersion6 ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Whether it is an address of IPv6; all addresses are those of IPv6, with IPv4 in them.
    var isVersion6: Bool { host?.utf8.contains(UInt8(ascii: ":")) ?? true }

    private static func isAddress(_ text: String, _ family: Int32) -> Bool {
        var bytes = in6_addr()
        return unsafe inet_pton(family, text, &bytes) == 1
    }

    /// Calls `body` with the kernel's form of the address.
    func use<Result>(
        asVersion6 isVersion6: Bool,
        _ body: (UnsafePointer<sockaddr>) -> Result
    ) -> Result {
        let port = in_port_t(UInt16(port)).bigEndian
        if isVersion6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port
            if let host { _ = unsafe inet_pton(AF_INET6, host, &address.sin6_addr) }
            return unsafe withUnsafePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port
        if let host { _ = unsafe inet_pton(AF_INET, host, &address.sin_addr) }
        return unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
        }
    }
}
