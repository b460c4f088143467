import Foundation
import LocalStack
import Postgres

/// Loads while everything fails: real processes and servers, one case after the other.
public struct Campaign: Sendable {
    /// What is run, and how.
    public struct Settings: Sendable {
        /// The seed of everything random: the order of the cases and what happens in them.
        public var seed: UInt64
        /// No case begins after this time; `nil` runs all of them.
        public var limit: Duration?
        /// Only cases whose name begins with this.
        public var filter: String?
        /// How many cases that leave the servers alone run at a time.
        public var parallel: Int

        /// Creates settings.
        public init(seed: UInt64, limit: Duration?, filter: String?, parallel: Int) {
            self.seed = seed
            self.limit = limit
            self.filter = filter
            self.parallel = parallel
        }
    }

    private let settings: Settings
    private let folder: String
    private let program: String
    private let pipeline: String

    /// A campaign that has not begun.
    ///
    /// - Parameters:
    ///   - settings: What is run, and how.
    ///   - folder: Where stack, sources and logs are.
    ///   - program: The `longshore` binary.
    ///   - pipeline: The folder of the call centre's pipeline.
    public init(_ settings: Settings, folder: String, program: String, pipeline: String) {
        self.settings = settings
        self.folder = folder
        self.program = program
        self.pipeline = pipeline
    }

    /// The names of all cases.
    public static var names: [String] { TortureCase.all.map(\.name) }

    /// Runs the cases, and tells `report` of each as it ends.
    ///
    /// - Throws: when the servers cannot be started, or an undisturbed load fails.
    public func run(_ report: @escaping @Sendable (Verdict) -> Void) async throws -> [Verdict] {
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        let stack = LocalStack(directory: "\(folder)/stack")
        var ground = Ground(
            stack: stack,
            program: program,
            pipeline: pipeline,
            folder: folder
        )
        _ = try await stack.up()
        do {
            try await ground.generate(months: 6, calls: 60_000)
            let baseline = try await undisturbed(ground)
            ground.canaries = baseline.canaries
            let verdicts = await runAll(on: ground, baseline.state, report)
            try await stack.down(removingData: true)
            return verdicts
        } catch {
            try await stack.down()
            throw error
        }
    }

    private func runAll(
        on ground: Ground,
        _ baseline: Baseline,
        _ report: @escaping @Sendable (Verdict) -> Void
    ) async -> [Verdict] {
        let end = settings.limit.map { ContinuousClock.now + $0 }
        var generator = Luck(seed: settings.seed, stream: "order")
        let cases = TortureCase.all.filter { settings.filter.map($0.name.hasPrefix) ?? true }
            .shuffled(using: &generator)
        var verdicts: [Verdict] = []
        // Which kind begins is a matter of luck, so that a bounded campaign gets to both.
        for isExclusive in [false, true].shuffled(using: &generator) {
            let width = isExclusive ? 1 : settings.parallel
            var waiting = cases.filter { $0.isExclusive == isExclusive }[...]
            await withTaskGroup(of: Verdict.self) { group in
                var running = 0
                while true {
                    while running < width, end.map({ ContinuousClock.now < $0 }) ?? true,
                        let next = waiting.popFirst()
                    {
                        running += 1
                        group.addTask { await self.run(next, on: ground, baseline) }
                    }
                    guard let verdict = await group.next() else { return }
                    running -= 1
                    report(verdict)
                    verdicts.append(verdict)
                }
            }
        }
        return verdicts
    }

    private func run(
        _ torture: TortureCase,
        on ground: Ground,
        _ baseline: Baseline
    ) async -> Verdict {
        do {
            let arena = try await Arena.open(
                torture.name,
                on: ground,
                seed: settings.seed,
                onSmallDisk: torture.needsSmallDisk,
                outside: torture.outside
            )
            var verdict = await CaseRun(torture: torture, arena: arena, baseline: baseline).run()
            do {
                try await arena.close()
            } catch {
                verdict.violations.append("the case left something behind: \(error)")
            }
            if verdict.isAsExpected { try FileManager.default.removeItem(atPath: arena.folder) }
            return verdict
        } catch {
            return Verdict(
                name: torture.name,
                expected: torture.expected,
                violations: ["the case itself failed: \(error)"],
                time: .zero,
                recovery: .zero,
                deaths: 0
            )
        }
    }

    /// A load that nothing disturbs, and some values of its rows.
    private func undisturbed(
        _ ground: Ground
    ) async throws -> (state: Baseline, canaries: [String]) {
        let arena = try await Arena.open("undisturbed", on: ground, seed: settings.seed)
        let verdict = await CaseRun(
            torture: TortureCase("undisturbed"),
            arena: arena,
            baseline: nil
        )
        .run()
        guard verdict.isAsExpected else {
            throw TortureError(
                what: "a load that nothing disturbed went wrong: "
                    + verdict.violations.joined(separator: "; ")
                    + "; its logs are in \(arena.folder)"
            )
        }
        let baseline = try await Baseline.read(arena)
        let canaries = try await arena.ask(
            "select phone from callcenter.dim_client where phone is not null order by phone limit 5"
        )
        try await arena.close()
        return (baseline, canaries)
    }
}
