/// The names in folders, each folder listed once: for one look at the files of many periods.
///
/// What is written there meanwhile may be missed; a load looks again. Not to be shared between tasks.
public final class FolderListings {
    /// By the bytes of the folder's path: Strings are equal that a file system tells apart.
    private var names: [[UInt8]: [String]] = [:]
    private let list: (String) -> [String]

    /// Listings that know nothing yet.
    public convenience init() {
        self.init(list: FilePath.names)
    }

    init(list: @escaping (String) -> [String]) {
        self.list = list
    }

    /// The names in a folder; none when it cannot be read.
    func names(in folder: String) -> [String] {
        let path = Array(folder.utf8)
        if let known = names[path] { return known }
        let found = list(folder)
        names[path] = found
        return found
    }
}
