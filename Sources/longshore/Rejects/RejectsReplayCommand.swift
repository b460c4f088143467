import ArgumentParser
import Console
import Foundation
import Ledger
import Pipelines
import Planning
import StarSchema
import Views
import Words

/// `longshore rejects replay`: refused rows are read again, by the rules of now.
struct RejectsReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Read open rejects again, by the definition and the dimensions of now.",
        discussion: """
            Rows that are good now are loaded into their period, or merged into their dimension, and \
            their rejects are `fixed`; those that are refused again stay open, for the reason of now. \
            It is a load of its own in `longshore status`, with a task for each table and period, and \
            the marts that read these are computed anew.

            Rows of closed periods are left out, and so are those that a later load has read again. A \
            row whose grain the fact has by now counts as deduplicated.
            """
    )

    @Argument(
        help: """
            The pipeline's folder, or its name: then the definition is that of its newest load.
            """
    )
    var pipeline: String

    @OptionGroup var selection: RejectSelection

    @Option(help: "Load tasks to run at a time within this process.")
    var workers: Int?

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try SlotCount.validate(workers ?? 0, atLeast: 0, option: "--workers")
        if selection.pipeline != nil {
            throw ValidationError("the pipeline is named already: leave `--pipeline` out")
        }
    }

    func run() async throws {
        try await output.printingRefusal(of: folder?.nameOrFolder ?? pipeline) {
            try await replay()
        }
    }

    /// The pipeline's folder, when it is not its name that was given.
    private var folder: PipelineArgument? {
        guard
            FileManager.default.fileExists(atPath: pipeline + "/" + DefinitionBundle.mainFile)
        else { return nil }
        var folder = PipelineArgument()
        folder.pipeline = pipeline
        folder.settings = []
        return folder
    }

    private func replay() async throws {
        let fleet = try await options.fleet().inForeground()
        try await fleet.withLedger { ledger in
            let request = try await request(among: ledger.pipelines)
            try await fleet.withWiring(
                as: ledger.fleet.membership(),
                pools: request.pipeline.pools
            ) { wiring in
                try await replay(request, ledger, wiring)
            }
        }
    }

    private func replay(
        _ request: LoadRequest,
        _ ledger: LedgerDesks,
        _ wiring: Wiring
    ) async throws {
        try await wiring.tellOfMissingRedis()
        let replay = try await ledger.requests.createReplay(of: selection.filter, request)
        tell(replay)
        guard let load = replay.load else {
            guard output.json else { return }
            return try output.printJSON(
                LoadOutcome(.nothingDue, pipeline: request.pipeline.name)
            )
        }
        try await ForegroundLoad(load, wiring, ledger, workers: workers, output: output).run()
    }

    /// The pipeline as it is now, and where its relative folders start.
    private func request(among known: PipelineDesk) async throws -> LoadRequest {
        if let folder { return folder.request(try folder.read(), []) }
        guard
            let request = try await known.newestRequest(
                ofPipeline: pipeline,
                by: Requester.name
            )
        else {
            throw try await CommandFailure.unknownPipeline(pipeline, among: known)
        }
        return request
    }

    /// What is read again and what is not, on standard error: the load's summary follows.
    private func tell(_ replay: CreatedReplay) {
        var parts = [
            replay.rejects == 0
                ? "no open reject to replay"
                : "replaying \(counted(replay.rejects, "reject"))"
        ]
        if replay.closed > 0 { parts.append("\(replay.closed) left out: their period is closed") }
        if replay.unreadable > 0 {
            parts.append(
                "\(replay.unreadable) left out: their columns or table are not known any more"
            )
        }
        Output.note(parts.joined(separator: "; "))
    }
}
