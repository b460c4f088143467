import Console
import Ledger
import Markup
import Pages
import Planning
import Words

/// Delivering once more what a target has refused, or saying that it shall not be.
struct ExportAction: ConsoleAction {
    static let names = ["retry-export", "drop-export"]

    private let isDrop: Bool
    private let filter: EffectFilter

    init(_ name: String, _ fields: ActionFields) throws {
        isDrop = name == "drop-export"
        var filter = EffectFilter(pipeline: try fields.required("pipeline"))
        filter.export = fields["export"]
        filter.key = fields["key"]
        guard filter.key == nil || filter.export != nil else {
            throw ActionProblem.unfit("`key` is of an export: give `export`, too.")
        }
        // As the commands do: a key that is named is meant whatever has become of it.
        if filter.key == nil { filter.states = [.open, .dead] }
        self.filter = filter
    }

    var reason: ConfirmationPage.Reason { .none }

    func preview(_ ledger: LedgerDesks) async throws -> ActionPreview {
        let standing = try await ledger.actions.words(of: ledger.effects.standing(filter))
        let words = [filter.pipeline, filter.export].compactMap(\.self).map(Invocation.quoted)
        let key = filter.key.map { " --key \(Invocation.quoted($0))" } ?? ""
        return ActionPreview(
            title: (isDrop ? "Drop " : "Deliver again ") + filter.words,
            tab: .exports,
            effects: isDrop
                ? ["What is not delivered will not be, until its row changes."]
                : [
                    "What the target has refused or has not taken yet is delivered as a newer revision.",
                    "The newest load that has a delivery of the export runs again.",
                ],
            standing: standing,
            command: "longshore exports \(isDrop ? "drop" : "retry") "
                + words.joined(separator: " ") + key
        )
    }

    func perform(
        _ ledger: LedgerDesks,
        by person: String,
        reason: String?
    ) async throws -> Link {
        let effects =
            isDrop
            ? try await ledger.effects.drop(filter, by: person)
            : try await ledger.effects.retry(filter).effects
        guard effects > 0 else {
            throw ActionProblem(status: 409, words: "Nothing of it waits to be delivered.")
        }
        return Link("exports").with("pipeline", filter.pipeline)
    }
}
