import Logging

/// The metadata keys of this module's log messages.
enum LogKey: String {
    case alert
    case blocked
    case count
    case epoch
    case error
    case firing
    case load
    case message
    case pause
    case paused
    case pipeline
    case state
}

extension Logger.Metadata {
    /// Metadata under the keys of this module.
    init(_ values: KeyValuePairs<LogKey, Logger.MetadataValue>) {
        self.init(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value) })
    }
}

extension Logger.MetadataValue {
    /// An error as it may be shown: module errors keep values and secrets out of their descriptions.
    static func error(_ error: any Error) -> Logger.MetadataValue { .string("\(error)") }
}
