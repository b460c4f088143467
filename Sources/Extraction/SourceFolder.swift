import Words

/// The folder of a source of files.
struct SourceFolder {
    /// Where it is.
    let path: String
    /// What messages call it: as the definition has it, without the values of variables.
    let shown: String
    /// Without links, once for all files of the folder.
    private let places: SourcePlaces
    private let allowsHardLinks: Bool

    /// The folder of a source of files.
    ///
    /// - Parameters:
    ///   - place: The folder; a relative one is seen from the pipeline's.
    ///   - base: The pipeline's folder.
    ///   - places: Where files of sources may be.
    ///   - allowsHardLinks: Whether its files may have other names elsewhere.
    init(_ place: ResolvedText, in base: String, places: SourcePlaces, allowsHardLinks: Bool) {
        let isAbsolute = place.value.isAbsolutePath
        path = isAbsolute ? place.value : base + "/" + place.value
        shown = isAbsolute ? place.shown : base + "/" + place.shown
        self.places = places.resolved()
        self.allowsHardLinks = allowsHardLinks
    }

    /// A folder that a person has named.
    init(path: String) {
        self.path = path
        shown = path
        places = SourcePlaces().resolved()
        allowsHardLinks = true
    }

    /// The folder without links, where sources are read.
    ///
    /// - Parameter wanted: What is looked for, for messages.
    /// - Returns: Its path.
    /// - Throws: ``ExtractionError`` when it is not there, or where no source is read.
    func root(lookingFor wanted: String) throws(ExtractionError) -> String {
        guard let root = FilePath.resolved(path) else {
            throw ExtractionError(
                .missing,
                "looking for `\(wanted)`: the folder `\(shown)` is not there or cannot be entered"
            )
        }
        try places.require(root, "the folder `\(shown)`")
        return root
    }

    /// Refuses what lies outside of the folder, or where no source is read.
    ///
    /// - Parameters:
    ///   - file: Its name in the folder.
    ///   - target: Where it really is.
    ///   - root: The folder without links.
    /// - Throws: ``ExtractionError``.
    func require(_ file: String, at target: String, root: String) throws(ExtractionError) {
        guard FilePath.isInside(target, root: root) else { throw Self.escape(file) }
        try places.require(target, "the file `\(file)`")
    }

    /// Refuses a file that has been opened and does not lie in the folder, or not where sources are read.
    func require(_ file: OpenFile) throws(ExtractionError) {
        guard let root = FilePath.resolved(path), let target = file.realPath,
            FilePath.isInside(target, root: root)
        else { throw Self.escape(file.name) }
        try places.require(file, allowsHardLinks: allowsHardLinks)
    }

    private static func escape(_ file: String) -> ExtractionError {
        ExtractionError(
            .escape,
            "the file `\(file)` is a link that leads out of its source's folder, which is refused"
        )
    }
}
