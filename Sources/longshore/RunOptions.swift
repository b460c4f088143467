import ArgumentParser

/// The fleet of a process that may run load tasks, and what these may take of its machine.
struct RunOptions: ParsableArguments {
    @OptionGroup private var keyMaps: KeyMapOptions
    @OptionGroup private var access: SourceOptions
    @OptionGroup private var patience: StartPatience
    @OptionGroup private var options: FleetOptions

    /// The fleet of a daemon, once its servers answer; a private stack is started when need be.
    func fleet() async throws -> Fleet {
        let fleet = try await startedFleet()
        try await patience.wait(for: fleet, unless: StartPatience.ofDaemons)
        return fleet
    }

    /// The fleet of a command that a person waits for, once its servers answer, or Postgres alone.
    func fleetInForeground(postgresOnly: Bool) async throws -> Fleet {
        let fleet = try await startedFleet().inForeground()
        try await patience.wait(
            for: fleet,
            unless: StartPatience.ofPeople,
            postgresOnly: postgresOnly
        )
        return fleet
    }

    private func startedFleet() async throws -> Fleet {
        let limit = try keyMaps.limit()
        let sources = try access.sources(beside: options)
        return try await options.startedFleet().with(keyMapMemory: limit).with(sources: sources)
    }
}
