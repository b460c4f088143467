/// The keys of credentials.
extension Grammar {
    static let credential = Record(
        title: "a credential",
        keys: [
            .init(
                name: "aws",
                shape: .text,
                summary: "Credentials of AWS: `default`, as its tools find them, or a profile's."
            ),
            .init(
                name: "google",
                shape: .text,
                summary: "A service account of Google: `default`, the machine's, or a key file."
            ),
            .init(
                name: "file",
                shape: .text,
                summary: "The text of a file, in a folder for credentials."
            ),
            .init(name: "vault", shape: .text, summary: "A Vault's URL: `https://host:8200`."),
            .init(
                name: "sealed",
                shape: .text,
                summary: "What `longshore seal` has printed: `v1:…`."
            ),
            .init(
                name: "role",
                shape: .text,
                summary: "With `aws` the ARN of a role to assume; with `vault` Kubernetes' role."
            ),
            .init(
                name: "path",
                shape: .text,
                summary: "With `vault`: the secret's path, `secret/data/crm`."
            ),
            .init(
                name: "field",
                shape: .text,
                standard: "value",
                summary: "With `vault`: which of the secret's values."
            ),
            .init(
                name: "login",
                shape: .choice(VaultPlace.Login.allCases.map(\.rawValue)),
                standard: VaultPlace.Login.token.rawValue,
                summary: "With `vault`: as whom it is asked."
            ),
            .init(
                name: "token",
                shape: .text,
                standard: "${VAULT_TOKEN}",
                summary: "With `vault`: the token of a login by token."
            ),
            .init(
                name: "private",
                shape: .boolean,
                standard: "false",
                summary: "With `vault`: whether it may be in a private network."
            ),
            description,
        ],
        alternatives: [["aws", "google", "file", "vault", "sealed"]]
    )
}
