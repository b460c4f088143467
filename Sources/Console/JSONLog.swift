import Foundation
public import Logging
import Words

/// Logs as lines of JSON, an object an event, on standard error: for machines that collect them.
///
/// `time`, `level`, `message` and `module`, and what else is known of an event under its own name; these four are not
/// for others.
public struct JSONLog: LogHandler {
    /// What is known of every event.
    public var metadata: Logger.Metadata = [:]
    /// From which level on events are written.
    public var logLevel = Logger.Level.info
    /// Nobody asks it.
    public var metadataProvider: Logger.MetadataProvider?

    /// A log without metadata.
    public init() {}

    /// What is known of every event, by its name.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes an event.
    public func log(event: LogEvent) {
        Output.note(line(event, at: .now))
    }

    func line(_ event: LogEvent, at time: Date) -> String {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let own = [
            ("time", format.format(time)), ("level", event.level.rawValue),
            ("message", event.message.description), ("module", event.source),
        ]
        let failure = event.error.map { ["error": Logger.MetadataValue("\($0)")] } ?? [:]
        let known =
            failure.merging(metadata.merging(event.metadata ?? [:]) { _, new in new }) {
                _,
                new in new
            }
            .filter { key, _ in !own.contains { $0.0 == key } }
            .sorted { $0.key < $1.key }
            .map { ($0.key, $0.value.description) }
        let members = (own + known).map { QuotedText.json($0) + ":" + QuotedText.json($1) }
        return VisibleText.json("{\(members.joined(separator: ","))}")
    }
}
