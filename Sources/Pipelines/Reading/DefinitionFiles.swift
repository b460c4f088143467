/// Where the other files of a definition come from.
protocol DefinitionFiles {
    /// The text of the file at `path`, which stays inside the folder.
    func text(at path: String) -> FileAnswer

    /// The texts of those dashboards that publish panels, by their paths: they belong to the definition.
    func publishingDashboards() -> [String: String]
}

/// What asking for a file gives.
enum FileAnswer {
    /// Its text.
    case text(String)
    /// There is none; others that it could have been.
    case missing(others: [String])
    /// It cannot be used, and why.
    case unusable(code: Diagnostic.Code, reason: String)
}

/// The files of a bundle.
struct BundledFiles: DefinitionFiles {
    let bundle: DefinitionBundle

    func text(at path: String) -> FileAnswer {
        guard let text = bundle.files[path] else {
            return .missing(
                others: bundle.files.keys.filter { $0 != DefinitionBundle.mainFile }.sorted()
            )
        }
        return .text(text)
    }

    func publishingDashboards() -> [String: String] {
        bundle.files.filter { $0.key.utf8.starts(with: "\(DashboardFolder.name)/".utf8) }
    }
}
