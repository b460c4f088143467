/// A pipeline's folder as it is kept in the ledger: the texts it was read from, never a secret.
public struct DefinitionBundle: Sendable, Hashable, Codable {
    /// The text of each file by its path in the folder, `pipeline.yaml` among them.
    public var files: [String: String]
    /// Values given to the definition's parameters, by name.
    public var parameters: [String: String]

    /// Creates a bundle.
    public init(files: [String: String], parameters: [String: String] = [:]) {
        self.files = files
        self.parameters = parameters
    }

    /// The file in which a definition begins.
    public static let mainFile = "pipeline.yaml"
}
