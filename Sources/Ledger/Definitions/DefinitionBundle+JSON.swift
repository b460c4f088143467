import Foundation
import Pipelines

extension DefinitionBundle {
    /// The bundle as the ledger keeps it.
    package func encoded() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Reads what ``encoded()`` wrote.
    package init(encoded text: String) throws {
        self = try JSONDecoder().decode(DefinitionBundle.self, from: Data(text.utf8))
    }
}
