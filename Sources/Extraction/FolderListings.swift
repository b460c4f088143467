import Synchronization
import Words

/// The names in folders, each folder listed once: for one look at the files of many periods.
///
/// What is written there meanwhile may be missed; a load looks again.
public final class FolderListings: Sendable {
    private let names = Mutex<[ExactText: [String]]>([:])
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
        let path = ExactText(folder)
        if let known = names.withLock({ $0[path] }) { return known }
        let found = list(folder)
        names.withLock { $0[path] = found }
        return found
    }
}
