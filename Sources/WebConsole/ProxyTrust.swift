import Listening
public import Pages

/// A proxy that has made sure who somebody is, and says so in header fields.
public struct ProxyTrust: Sendable {
    /// The addresses that requests of the proxy come from.
    public var addresses: Set<String>
    /// The header field with the person's name.
    public var userHeader: String
    /// The header field with their groups, with commas between them.
    public var groupsHeader: String
    /// What somebody of a group may; who is in several may what the most may.
    public var roles: [String: Viewer.Role]

    /// A proxy.
    public init(
        addresses: Set<String>,
        userHeader: String = "X-Forwarded-User",
        groupsHeader: String = "X-Forwarded-Groups",
        roles: [String: Viewer.Role]
    ) {
        self.addresses = addresses
        self.userHeader = userHeader
        self.groupsHeader = groupsHeader
        self.roles = roles
    }

    /// What a request is, as the proxy says.
    enum Verdict: Sendable, Hashable {
        case viewer(Viewer)
        /// Nobody, or somebody in no group that may anything.
        case nobody
        /// Not of the proxy, or with a field that stands twice: then somebody else may have written one of them.
        case forged
    }

    func verdict(on request: WebRequest) -> Verdict {
        let users = request.values(ofHeader: userHeader)
        let groups = request.values(ofHeader: groupsHeader)
        guard addresses.contains(request.peer), users.count <= 1, groups.count <= 1 else {
            return .forged
        }
        let names = Self.names(groups.first ?? "")
        guard let user = users.first, !user.isEmpty,
            let role = names.compactMap({ roles[$0] }).max()
        else { return .nobody }
        return .viewer(Viewer(name: user, role: role, groups: Set(names)))
    }

    private static func names(_ groups: String) -> [String] {
        groups.utf8.split(separator: UInt8(ascii: ","))
            .map { group in
                let blank = UInt8(ascii: " ")
                let start = group.drop { $0 == blank }
                let end = start.lastIndex { $0 != blank }.map(start.index(after:)) ?? start.endIndex
                return String(Substring(start[..<end]))
            }
    }
}
