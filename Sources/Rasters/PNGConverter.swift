import Foundation
import Glibc
import Processes

/// Makes pictures of dots (PNG) out of SVG, by librsvg's `rsvg-convert` in a process of its own.
///
/// The process has limits of time and memory, reads the picture from its input, so that nothing the picture names is
/// loaded, and knows nothing of our environment but where programs and fonts are. The same picture has the same bytes
/// on one machine; other fonts or another librsvg make others.
public struct PNGConverter: Sendable {
    /// What a picture may be at most, in bytes.
    private static let mostInput = 16 << 20
    /// The address space that the process may have, in bytes.
    private static let memory = 1 << 30
    private static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    /// The chunk that a whole PNG ends with: no data, its name, its checksum.
    private static let ending: [UInt8] = [
        0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
    ]

    private let program: String
    private let limit: Duration

    /// A converter.
    ///
    /// - Parameters:
    ///   - program: The program's path, or its name in `PATH`.
    ///   - limit: How long one picture may take.
    public init(program: String = "rsvg-convert", limit: Duration = .seconds(30)) {
        self.program = program
        self.limit = limit
    }

    /// The picture of an SVG document.
    ///
    /// - Parameters:
    ///   - svg: The document.
    ///   - scale: Dots for each pixel of the document, 1 to 4.
    /// - Returns: A PNG.
    /// - Throws: ``RasterError``.
    public func png(_ svg: String, scale: Int = 1) async throws(RasterError) -> [UInt8] {
        guard svg.utf8.count <= Self.mostInput else { throw .tooLarge(svg.utf8.count) }
        let process = try start(Array(svg.utf8), scale: min(max(scale, 1), 4))
        let (result, isLate) = await finished(process)
        guard !Task.isCancelled else { throw .cancelled }
        guard !isLate else { throw .late(program, limit) }
        guard result.end != .exited(127) else { throw .missing(program) }
        let isWhole =
            result.output.starts(with: Self.signature)
            && result.output.suffix(Self.ending.count).elementsEqual(Self.ending)
        guard result.end == .exited(0), isWhole else {
            throw .refused(program, status: result.end.status, saying: result.errors)
        }
        return result.output
    }

    private func start(_ svg: [UInt8], scale: Int) throws(RasterError) -> CapturedProcess {
        // prlimit becomes the program, so that the process is the program's.
        let arguments = [
            "--as=\(Self.memory)", "--core=0", "--", program, "--format=png", "--zoom=\(scale)",
        ]
        let ours = ProcessInfo.processInfo.environment
        var environment = ours.filter { ["PATH", "HOME", "XDG_CACHE_HOME"].contains($0.key) }
        environment["LC_ALL"] = "C.UTF-8"
        do {
            return try CapturedProcess(
                Command("prlimit", arguments, environment: environment, directory: "/"),
                input: svg
            )
        } catch {
            throw .cannotStart(program, "\(error)")
        }
    }

    /// Waits for the end, which comes at the limit at the latest, and at once when the task is cancelled.
    private func finished(
        _ captured: CapturedProcess
    ) async -> (result: CapturedProcess.Result, isLate: Bool) {
        let limit = limit
        let watch = Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return false }
            captured.process.send(SIGKILL)
            return true
        }
        let result = await withTaskCancellationHandler {
            await captured.result()
        } onCancel: {
            captured.process.send(SIGKILL)
        }
        watch.cancel()
        let isLate = await watch.value
        return (result, isLate && result.end == .killed(by: SIGKILL))
    }
}
