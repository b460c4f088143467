/// A definition that has been read and found good.
public struct Definition: Sendable, Hashable {
    /// The texts it was read from.
    public let bundle: DefinitionBundle
    /// What they say.
    public let pipeline: Pipeline
    /// What is probably not meant as it is written, in the order of the text.
    public let warnings: [Diagnostic]

    /// Reads the definition in `bundle`; no file is touched.
    ///
    /// - Throws: ``DefinitionError`` with all the problems there are.
    public init(bundle: DefinitionBundle) throws(DefinitionError) {
        let text = bundle.files[DefinitionBundle.mainFile]
        try self.init(text: text, bundle: bundle, files: BundledFiles(bundle: bundle)) { bundle }
    }

    /// Reads `text`; `collected` gives the bundle with the files that turned out to belong to it.
    init(
        text: String?,
        bundle: DefinitionBundle,
        files: any DefinitionFiles,
        findings: Findings = Findings(),
        collected: () -> DefinitionBundle
    ) throws(DefinitionError) {
        guard let text else {
            findings.add(
                .fileMissing,
                at: .start(of: DefinitionBundle.mainFile),
                "the pipeline has no file `\(DefinitionBundle.mainFile)`"
            )
            throw DefinitionError(diagnostics: findings.sorted)
        }
        let pipeline = PipelineReading.read(
            text,
            parameters: bundle.parameters,
            files: files,
            findings: findings
        )
        guard let pipeline else { throw DefinitionError(diagnostics: findings.sorted) }
        self.bundle = collected()
        self.pipeline = pipeline
        warnings = findings.sorted
    }
}

extension Pipeline {
    /// The pipeline that `bundle` defines; no file is touched.
    ///
    /// - Throws: ``DefinitionError`` with all the problems there are.
    public static func parse(bundle: DefinitionBundle) throws(DefinitionError) -> Pipeline {
        try Definition(bundle: bundle).pipeline
    }
}
