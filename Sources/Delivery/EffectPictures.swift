import Planning
import Rasters

/// Makes the dots of pictures that effects have as lines and texts.
struct EffectPictures {
    let converter: PNGConverter

    /// Dots of a PNG for each pixel of the picture: sharp on the screens of today.
    private static let scale = 2

    /// The PNG of a picture.
    ///
    /// - Throws: ``EffectNotMade`` where there is none of this one; ``TargetError`` where there is none of any.
    nonisolated(nonsending) func png(of svg: String) async throws -> [UInt8] {
        do throws(RasterError) {
            return try await converter.png(svg, scale: Self.scale)
        } catch {
            switch error.code {
            case .cancelled: throw CancellationError()
            case .missing: throw TargetError(error.code.rawValue, error.message)
            case .late, .notStarted:
                throw EffectNotMade(
                    result: .postponed(Self.failure(error.code.rawValue, error.message), for: nil)
                )
            case .refused, .tooLarge: throw Self.refused(error.code.rawValue, error.message)
            }
        }
    }

    /// What of an effect's picture cannot be made, ever.
    static func refused(_ code: String, _ problem: String) -> EffectNotMade {
        EffectNotMade(
            result: .refused(
                failure(code, "\(problem) (`longshore exports show` has the values)")
            )
        )
    }

    private static func failure(_ code: String, _ problem: String) -> EffectFailure {
        EffectFailure(code: "export.\(code)", message: "the chart cannot be drawn: \(problem)")
    }
}
