import Console
public import Coordinator
public import Planning

/// Shows how far a load is, on standard error, so that output stays clean.
public actor ProgressView {
    private let load: Int64
    private let pipeline: String
    private let graph: PlanGraph
    private let inFlight: any InFlightStore
    private let isTerminal = TerminalSize.canDraw
    private let began = ContinuousClock.now
    private var display: LoadDisplay
    private var snapshot: LoadProgress?
    private var wait: String?

    /// A view of one load, whose tasks are those of `graph`.
    public init(
        load: Int64,
        pipeline: String,
        graph: PlanGraph,
        inFlight: any InFlightStore
    ) {
        self.load = load
        self.pipeline = pipeline
        self.graph = graph
        self.inFlight = inFlight
        display = LoadDisplay(isTerminal: isTerminal)
    }

    /// Draws until the coordination ends: every snapshot, and on a terminal four times a second, for
    /// the rows that are on their way.
    public func follow(_ progress: AsyncStream<LoadProgress>) async {
        let clock = isTerminal ? Task { await redrawUntilCancelled() } : nil
        for await snapshot in progress {
            self.snapshot = snapshot
            if !isTerminal { await draw() }
        }
        clock?.cancel()
        await clock?.value
        if isTerminal { await draw() }
    }

    /// Says what the load waits for; `nil` when it goes on.
    public func tell(wait: String?) async {
        self.wait = wait
        if !isTerminal { await draw() }
    }

    private func redrawUntilCancelled() async {
        while !Task.isCancelled {
            await draw()
            try? await Task.sleep(for: .milliseconds(250))
        }
    }

    private func draw() async {
        let rows = await inFlight.progress(ofLoad: load)
        let size = TerminalSize.current()
        let frame = LoadFrame(
            load: load,
            pipeline: pipeline,
            graph: graph,
            progress: snapshot,
            rows: rows.mapValues(\.rows),
            seconds: (ContinuousClock.now - began) / .seconds(1),
            wait: wait,
            .current
        )
        let drawing = display.draw(
            frame,
            width: size?.columns ?? .max,
            height: size?.rows ?? .max
        )
        Output.draw(drawing)
    }
}
