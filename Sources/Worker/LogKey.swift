import Logging

/// The metadata keys of this module's log messages.
enum LogKey: String {
    case error
    case failure
    case outcome
    case owner
    case pools
    case redeliveries
    case slot
    case task
    case waiting
    case worker
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
