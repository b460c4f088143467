import Foundation
import Pipelines
import Planning
import Rasters

/// The files of a published panel, whose texts are the body of its effect; a PNG is made of the picture that is its text.
struct PanelObjects: EffectObjects {
    let formats: [PanelFormat]
    let name: String
    var converter = PNGConverter()

    nonisolated(nonsending) func objects(of effect: Effect) async throws -> [EffectObject] {
        var objects = formats.map { format in
            EffectObject(
                name: format.name(name).filled(with: effect.keyValues),
                type: format.type
            )
        }
        guard effect.kind == .put else { return objects }
        let texts = try texts(of: effect.body)
        for (number, format) in formats.enumerated() {
            let text = texts[format.rawValue] ?? ""
            objects[number].bytes =
                format == .png
                ? try await EffectPictures(converter: converter).png(of: text) : Array(text.utf8)
        }
        return objects
    }

    private func texts(of body: String) throws -> [String: String] {
        guard let texts = try? JSONDecoder().decode([String: String].self, from: Data(body.utf8)),
            formats.allSatisfy({ texts[$0.rawValue] != nil })
        else {
            throw TargetError(
                "panel.files",
                "the files of a panel are not what the definition publishes: load the pipeline again"
            )
        }
        return texts
    }
}
