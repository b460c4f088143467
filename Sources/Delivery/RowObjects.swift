import Pipelines
import Planning

/// One object of JSON for an effect: a row, or all rows.
struct RowObjects: EffectObjects {
    let name: KeyedName
    let format: ExportFormat

    nonisolated(nonsending) func objects(of effect: Effect) async -> [EffectObject] {
        let body = effect.keyValues.isEmpty ? effect.body : effect.body + "\n"
        return [
            EffectObject(
                name: name.filled(with: effect.keyValues),
                type: format == .json ? "application/json" : "application/x-ndjson",
                bytes: effect.kind == .put ? Array(body.utf8) : []
            )
        ]
    }
}
