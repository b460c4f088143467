public import Endpoints
public import Signing

/// The credentials of a process: each is asked for once, kept in memory, and renewed before it expires.
public actor CredentialStore {
    private let machine: Machine
    private var keys: [AWSIdentity: Renewal<AWSCredentials>] = [:]
    private var tokens: [GoogleIdentity: Renewal<Secret>] = [:]
    private var texts: [VaultIdentity: Renewal<Secret>] = [:]

    /// A process meets few credentials; one that is given others without end forgets them all now and then.
    private static let most = 256

    /// The store of a process on a machine.
    public init(_ machine: Machine) {
        self.machine = machine
    }

    /// Credentials of AWS that hold now.
    ///
    /// - Throws: ``CredentialError``.
    public func credentials(
        _ identity: AWSIdentity
    ) async throws(CredentialError) -> AWSCredentials {
        try await keys(of: identity).value().value
    }

    /// A token of Google that holds now.
    ///
    /// - Throws: ``CredentialError``.
    public func token(_ identity: GoogleIdentity) async throws(CredentialError) -> Secret {
        let renewal = Self.renewal(of: identity, in: &tokens, machine) {
            machine throws(CredentialError) in
            try await GoogleTokens(machine: machine, identity: identity).token()
        }
        return try await renewal.value().value
    }

    /// A text of a Vault as it was minutes ago at most.
    ///
    /// - Throws: ``CredentialError``.
    public func text(_ identity: VaultIdentity) async throws(CredentialError) -> Secret {
        let renewal = Self.renewal(of: identity, in: &texts, machine) {
            machine throws(CredentialError) in
            try await VaultReader(machine: machine, identity: identity).text()
        }
        return try await renewal.value().value
    }

    /// Opens a sealed text with the key of the process.
    ///
    /// - Throws: ``CredentialError``.
    public nonisolated func open(
        _ sealed: String,
        name: String
    ) throws(CredentialError) -> Secret {
        try SealedText.open(sealed, name: name, key: sealingKey())
    }

    /// The key of the process.
    ///
    /// - Throws: ``CredentialError``.
    public nonisolated func sealingKey() throws(CredentialError) -> SealingKey {
        guard let file = machine.variable(SealingKey.variable) else {
            throw CredentialError(
                .missing,
                "sealed credentials need a key: \(SealingKey.variable), which names its file, is not set"
            )
        }
        guard let text = machine.text(ofFile: file) else {
            throw CredentialError(
                .missing,
                "sealed credentials need a key: the file of \(SealingKey.variable) cannot be read"
            )
        }
        return try SealingKey(Secret(text))
    }

    /// The keys of a role are had by those without it.
    private func keys(of identity: AWSIdentity) -> Renewal<AWSCredentials> {
        guard let role = identity.role else {
            return Self.renewal(of: identity, in: &keys, machine) {
                machine throws(CredentialError) in
                try await AWSChain(machine: machine, profile: identity.profile).credentials()
            }
        }
        let base = keys(of: AWSIdentity(profile: identity.profile, role: nil))
        return Self.renewal(of: identity, in: &keys, machine) { machine throws(CredentialError) in
            try await AWSTokenService(machine: machine)
                .assume(role, by: try await base.value().value)
        }
    }

    private static func renewal<Identity: Hashable, Value: Sendable>(
        of identity: Identity,
        in known: inout [Identity: Renewal<Value>],
        _ machine: Machine,
        _ make: @escaping @Sendable (Machine) async throws(CredentialError) -> Renewable<Value>
    ) -> Renewal<Value> {
        if let renewal = known[identity] { return renewal }
        if known.count >= most { known = [:] }
        let renewal = Renewal(now: machine.now) { () throws(CredentialError) in
            try await make(machine)
        }
        known[identity] = renewal
        return renewal
    }
}
