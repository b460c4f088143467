internal import Glibc

/// How far a client may reach.
public enum Reach: Sendable, Hashable {
    /// Addresses of the internet.
    case internet
    /// Those, and of private networks and this machine.
    case privateNetworks
    /// Only this machine, and where clouds hand out credentials: asked without TLS, which is not spoken there.
    case metadata

    /// Whether an address of a range may be connected to.
    func covers(_ range: NetworkRange) -> Bool {
        switch range {
        case .internet: self != .metadata
        case .privateNetwork: self == .privateNetworks
        case .thisMachine: self != .internet
        case .link: self == .metadata
        case .nowhere: false
        }
    }
}

/// What kind of network an address is of.
enum NetworkRange: Sendable {
    /// The internet.
    case internet
    /// A private network.
    case privateNetwork
    /// This machine.
    case thisMachine
    /// The link, and what clouds answer at: who asks there gets credentials.
    case link
    /// Addresses that nobody has: to connect to 0.0.0.0 is to connect to this machine.
    case nowhere

    /// The range of four or sixteen bytes; `nowhere` for other numbers of them.
    init(_ address: [UInt8]) {
        switch address.count {
        case 4: self = Self.range(address)
        case 16: self = Self.longRange(address)
        default: self = .nowhere
        }
    }

    /// The range of a host that is an address, however it is written; `nil` for a name.
    init?(host: String) {
        if let address = Self.bytes(of: host) {
            self.init(address)
        } else if Self.isThisMachine(host) {
            self = .thisMachine
        } else {
            return nil
        }
    }

    /// Whether a host is this machine, by name or by address.
    static func isThisMachine(_ host: String) -> Bool {
        guard let address = bytes(of: host) else {
            return ".\(host)".hasSuffix(".localhost") || ".\(host)".hasSuffix(".localhost.")
        }
        return address.count == 4
            ? address[0] == 127 : address == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// Also `127.1` and `0x7f000001`, which libcurl takes for addresses.
    static func bytes(of host: String) -> [UInt8]? {
        // With a dot behind it an address is still one to some.
        let host = host.utf8.last == UInt8(ascii: ".") ? String(host.utf8.dropLast()) ?? "" : host
        var short = in_addr()
        if unsafe inet_aton(host, &short) != 0 {
            let number = UInt32(bigEndian: short.s_addr)
            return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
        }
        var long = [UInt8](repeating: 0, count: 16)
        return unsafe inet_pton(AF_INET6, host, &long) == 1 ? long : nil
    }

    private static func range(_ address: [UInt8]) -> NetworkRange {
        switch (address[0], address[1], address[2], address[3]) {
        case (169, 254, _, _), (100, 100, 100, 200), (168, 63, 129, 16), (192, 0, 0, 192): .link
        case (127, _, _, _): .thisMachine
        case (10, _, _, _), (172, 16...31, _, _), (192, 168, _, _),
            (100, 64...127, _, _), (198, 18...19, _, _):
            .privateNetwork
        case (0, _, _, _), (224..., _, _, _), (192, 0, 0, _): .nowhere
        default: .internet
        }
    }

    /// Where Google's, Scaleway's and Oracle's clouds answer; Amazon's has a whole network, fd00:ec2::/64.
    private static let clouds = ["fd20:ce::254", "fd00:42::42", "fd00:c1::a9fe:a9fe"]
        .compactMap(bytes(of:))

    private static func longRange(_ address: [UInt8]) -> NetworkRange {
        let zeros = address.prefix { $0 == 0 }.count
        let tail = Array(address[12...])
        // ::1, and IPv4 within IPv6: mapped, compatible, translated (::ffff:0:0:0/96 and 64:ff9b::/96; what else
        // begins as that is translated as a network likes), 6to4 (2002::/16). Teredo (2001::/32), which tunnels
        // to what an address hides, is spoken by nobody any more.
        if zeros == 15, address[15] == 1 { return .thisMachine }
        if zeros >= 12 || (zeros == 10 && address[10...11] == [0xff, 0xff]) { return range(tail) }
        if zeros == 8 && address[8...11] == [0xff, 0xff, 0, 0] { return range(tail) }
        if address.starts(with: [0, 0x64, 0xff, 0x9b]) {
            return address[4..<12].allSatisfy { $0 == 0 } ? range(tail) : .privateNetwork
        }
        if address.starts(with: [0x20, 0x02]) { return range(Array(address[2...5])) }
        if address.starts(with: [0x20, 0x01, 0, 0]) { return .nowhere }
        if clouds.contains(address) { return .link }
        switch (address[0], address[1]) {
        case (0xfd, 0x00) where address[2...7] == [0x0e, 0xc2, 0, 0, 0, 0]: return .link
        case (0xfe, 0x80...0xbf): return .link
        case (0xfc...0xfd, _), (0xfe, 0xc0...0xff): return .privateNetwork
        case (0xff, _): return .nowhere
        default: return .internet
        }
    }
}
