/// As whom AWS, and what speaks like it, is asked.
public struct AWSIdentity: Sendable, Hashable {
    /// A profile of the files of AWS' tools; `nil` for what these tools find by themselves.
    public let profile: String?
    /// The ARN of a role that is assumed then; `nil` for none.
    public let role: String?

    /// An identity.
    public init(profile: String?, role: String?) {
        self.profile = profile
        self.role = role
    }
}
