import Endpoints
import Extraction
import Foundation
import HTTP
import Lineage
import Planning

/// Where lineage is told, as the environment says it.
enum LineageOptions {
    static let variable = "LONGSHORE_OPENLINEAGE"

    /// Who is told; `nil` where the environment names nobody.
    static func receiver(for fleet: Fleet) throws -> (any LineageReceiver)? {
        let environment = ProcessInfo.processInfo.environment
        func value(_ name: String) -> String? {
            environment["\(variable)_\(name)"].flatMap { $0.isEmpty ? nil : $0 }
        }
        let events = RunEvents(
            namespace: value("NAMESPACE") ?? fleet.name,
            warehouse: fleet.postgres,
            environment: fleet.sources
        )
        var receivers: [any LineageReceiver] = []
        if let url = value("URL") {
            receivers.append(
                try api(url, key: value("KEY"), keyFile: value("KEY_FILE"), events, fleet.sources)
            )
        }
        if let path = value("FILE") { receivers.append(LineageFile(path: path, events: events)) }
        return receivers.isEmpty ? nil : LineageReceivers(receivers)
    }

    private static func api(
        _ url: String,
        key: String?,
        keyFile: String?,
        _ events: RunEvents,
        _ environment: SourceEnvironment
    ) throws -> LineageAPI {
        let file = keyFile.map { LoginFile(path: $0) }
        if key == nil, let file, file.firstLine() == nil {
            throw CommandFailure(
                .usage,
                "\(variable)_KEY_FILE names `\(file.path)`, which cannot be read or is empty: mount the secret there"
            )
        }
        do {
            // The file is read for each event: a key may be renewed.
            return try LineageAPI(url: url, events: events, environment: environment) {
                key.map { Secret($0) } ?? file?.firstLine()
            }
        } catch {
            throw CommandFailure(.usage, "\(variable)_URL: \(error.message)")
        }
    }
}
