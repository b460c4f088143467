import Foundation

extension Harbour {
    /// The declaration of a source `lake`, whose place is that of the variables `LAKE_…`.
    static let lake = """
          lake:
            s3: "s3://${LAKE_BUCKET}/out"
            region: eu-west-1
            endpoint: "${LAKE_URL}"
            private: true
            credentials: { key: "${LAKE_KEY}", secret: "${LAKE_SECRET}", session: "${LAKE_SESSION}" }

        """

    /// A copy of the example of the call centre, with more in it.
    ///
    /// - Parameters:
    ///   - name: The name of its folder.
    ///   - sources: Further sources, as the definition writes them.
    ///   - sections: What follows the definition.
    ///   - files: Further files, by their names.
    /// - Returns: The folder's path.
    /// - Throws: when it cannot be written.
    func callCentre(
        in name: String,
        sources: String,
        sections: String,
        files: [String: String]
    ) throws -> String {
        let folder = "\(data)/\(name)"
        try FileManager.default.copyItem(atPath: Self.pipeline("callcenter"), toPath: folder)
        let file = folder + "/pipeline.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
            .replacing("\nsources:\n", with: "\nsources:\n" + sources)
        try (text + sections).write(toFile: file, atomically: true, encoding: .utf8)
        for (name, text) in files {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
        return folder
    }
}
