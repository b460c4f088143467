import Credentials
import Endpoints
import ObjectStorage
package import Pipelines

/// The credentials that a definition declares, as they are had here.
package struct NamedCredentials: Sendable {
    /// Those, by name.
    let declared: [String: Credential]
    /// What definitions may read.
    let environment: SourceEnvironment

    /// The credentials of a definition.
    package init(declared: [String: Credential], environment: SourceEnvironment) {
        self.declared = declared
        self.environment = environment
    }

    /// The environment in which a source's texts are resolved: with the credentials that they name.
    ///
    /// - Parameters:
    ///   - texts: The texts.
    ///   - source: The source's name, for messages.
    /// - Returns: The environment that knows them.
    /// - Throws: ``ExtractionError`` when one of them cannot be had.
    package nonisolated(nonsending) func environment(
        for texts: [String],
        of source: String
    ) async throws(ExtractionError) -> SourceEnvironment {
        var result = environment
        for name in Set(texts.flatMap { Template($0).credentials }).sorted() {
            result.credentials[name] = try await text(of: name, for: source)
        }
        return result
    }

    /// As whom a source's objects are asked; it is tried once, so that what is wrong is told here.
    ///
    /// - Parameters:
    ///   - place: Where the objects are.
    ///   - source: The source's name, for messages.
    /// - Returns: The proof; `nil` where the place has keys of its own.
    /// - Throws: ``ExtractionError`` when it cannot be had.
    package nonisolated(nonsending) func proof(
        of place: S3Place,
        for source: String
    ) async throws(ExtractionError) -> StoreProof? {
        guard let name = place.credential else { return nil }
        let texts = declared[name]?.texts ?? []
        let environment = try await self.environment(for: texts, of: source)
        let proof = try proof(of: name, environment)
        do throws(CredentialError) {
            _ = try await proof.identity()
        } catch {
            let texts = try texts.map { text throws(ExtractionError) in
                try environment.resolve(text)
            }
            throw ExtractionError(error, of: name, for: source, masking: texts)
        }
        return proof
    }
}

// MARK: Proofs

extension NamedCredentials {
    private func proof(
        of name: String,
        _ environment: SourceEnvironment
    ) throws(ExtractionError) -> StoreProof {
        switch declared[name] {
        case .aws(let profile, let role):
            try environment.requireMachine("AWS_ACCESS_KEY_ID", for: name)
            let profile = try environment.resolve(profile).value
            let role = try environment.resolve(role).value
            let identity = AWSIdentity(
                profile: profile == Credential.standard ? nil : profile,
                role: role.isEmpty ? nil : role
            )
            return .aws(identity, environment.store)
        case .google(let key):
            let path = try environment.resolve(key)
            guard path.value != Credential.standard else {
                try environment.requireMachine("GOOGLE_APPLICATION_CREDENTIALS", for: name)
                return .google(.machine, environment.store)
            }
            return .google(.key(try environment.files.text(at: path, of: name)), environment.store)
        case .file, .vault, .sealed, nil: throw Self.unusable(name)
        }
    }

    // MARK: Texts

    private nonisolated(nonsending) func text(
        of name: String,
        for source: String
    ) async throws(ExtractionError) -> Secret {
        guard let credential = declared[name] else { throw Self.unusable(name) }
        let environment = try await self.environment(for: credential.texts, of: source)
        let texts = try credential.texts
            .map { text throws(ExtractionError) in try environment.resolve(text) }
        switch credential {
        case .file: return try environment.files.text(at: texts[0], of: name)
        case .aws, .google: throw Self.unusable(name)
        case .vault(let place) where place.login == .kubernetes:
            try environment.requireMachine("VAULT_ADDR", for: name)
        case .vault, .sealed: break
        }
        do throws(CredentialError) {
            guard case .vault(let place) = credential else {
                return try environment.store.open(texts[0].value, name: name)
            }
            return try await environment.store.text(VaultIdentity(place, texts.map(\.value)))
        } catch {
            throw ExtractionError(error, of: name, for: source, masking: texts)
        }
    }

    private static func unusable(_ name: String) -> ExtractionError {
        ExtractionError(
            .misconfigured,
            "the pipeline has no credential `\(name)` that can be used so"
        )
    }
}

extension VaultIdentity {
    /// The place whose texts, in their order, are `texts` with the values of variables.
    fileprivate init(_ place: VaultPlace, _ texts: [String]) {
        let login: Login =
            switch place.login {
            case .token: .token(Secret(texts[2]))
            case .kubernetes: .kubernetes(role: texts[2])
            }
        self.init(
            url: texts[0],
            path: texts[1],
            field: place.field,
            login: login,
            isPrivate: place.isPrivate
        )
    }
}
