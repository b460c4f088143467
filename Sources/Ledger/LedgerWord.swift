package import Pipelines
package import Planning
package import Postgres
package import Schedules

/// A state or a kind that the ledger keeps as a word.
package protocol LedgerWord: RawRepresentable<String> {}

extension PeriodState: LedgerWord {}
extension LoadState: LedgerWord {}
extension TaskState: LedgerWord {}
extension RejectState: LedgerWord {}
extension LoadKind: LedgerWord {}
extension LoadTaskKind: LedgerWord {}
extension OrderKind: LedgerWord {}
extension FiringState: LedgerWord {}
extension Schedule.Overlap: LedgerWord {}
extension Schedule.CatchUp: LedgerWord {}
extension EffectKind: LedgerWord {}
extension EffectState: LedgerWord {}
extension AlertRule: LedgerWord {}
extension AlertTarget.Kind: LedgerWord {}
extension AlertMessageState: LedgerWord {}
extension LineageEvent.Kind: LedgerWord {}
extension ActionVerb: LedgerWord {}
extension ActionAuthor.Means: LedgerWord {}

extension RawRepresentable<String> {
    /// A word of the ledger's column `column`.
    ///
    /// - Throws: ``LedgerError`` for one that this version does not know.
    init(ledgerWord word: String, in column: String) throws {
        guard let known = Self(rawValue: word) else { throw LedgerError.unknownWord(word, column) }
        self = known
    }
}

extension PostgresRow {
    /// A state or kind that the ledger keeps as a word; NULL is an error.
    ///
    /// - Throws: ``LedgerError`` for a word that this version does not know: to take another for it could
    ///   load or close what is not to be; `PostgresError`.
    package func word<Word: RawRepresentable<String>>(
        _ column: String,
        as type: Word.Type = Word.self
    ) throws -> Word {
        try Word(ledgerWord: text(column), in: column)
    }

    /// A state or kind that the ledger keeps as a word, or `nil` for NULL.
    ///
    /// - Throws: As ``word(_:as:)`` does.
    package func optionalWord<Word: RawRepresentable<String>>(
        _ column: String,
        as type: Word.Type = Word.self
    ) throws -> Word? {
        try optionalText(column).map { try Word(ledgerWord: $0, in: column) }
    }
}

extension SQL.StringInterpolation {
    /// A word as a constant, never as a parameter: what has an index of its own is found by constants.
    package mutating func appendInterpolation(_ word: some LedgerWord) {
        appendInterpolation(literal: word.rawValue)
    }

    /// Words as constants in a list, for `state in (…)`.
    package mutating func appendInterpolation(_ words: [some LedgerWord]) {
        for (index, word) in words.enumerated() {
            if index > 0 { appendLiteral(", ") }
            appendInterpolation(word)
        }
    }
}
