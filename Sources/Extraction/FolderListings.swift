import Synchronization

/// The names in folders, each folder listed once: for one look at the files of many periods.
///
/// What is written there meanwhile may be missed; a load looks again.
public final class FolderListings: Sendable {
    /// By the bytes of the folder's path: Strings are equal that a file system tells apart.
    private let names = Mutex<[[UInt8]: [String]]>([:])
    private let list: @Sendable (String) -> [String]

    /// Listings that know nothing yet.
    public convenience init() {
        self.init(list: FilePath.names(in:))
    }

    init(list: @escaping @Sendable (String) -> [String]) {
        self.list = list
    }

    /// The names in a folder; none when it cannot be read.
    func names(in folder: String) -> [String] {
        let path = Array(folder.utf8)
        if let known = names.withLock({ $0[path] }) { return known }
        let found = list(folder)
        names.withLock { $0[path] = found }
        return found
    }
}
