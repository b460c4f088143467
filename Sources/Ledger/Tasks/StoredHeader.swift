import Foundation
package import Words

/// The columns of an input, as the ledger keeps them: an array of text, which is asked for as JSON.
///
/// A worker's login writes them, so they may be all that such an array can be: with nulls in it, or in several dimensions.
package enum StoredHeader {
    /// Their names; `nil` where there are none, or what is there is no list of names.
    package static func names(_ json: String?) -> [ExactText]? { list(json) }

    /// What their source knew of each; `nil` where what is there is no list.
    package static func types(_ json: String) -> [String?]? { list(json) }

    private static func list<Element: Decodable>(_ json: String?) -> [Element]? {
        json.flatMap { try? JSONDecoder().decode([Element].self, from: Data($0.utf8)) }
    }
}
