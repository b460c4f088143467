internal import Planning
internal import Redis

/// The fields of a load's progress hash: `<ordinal>:rows` and `<ordinal>:bytes`.
enum ProgressField: String {
    case rows
    case bytes

    func name(_ ordinal: Int) -> RedisArgument { "\(ordinal):\(rawValue)" }

    /// More than any task reads: of a million tasks the sum is still a number.
    private static let most = 1 << 42

    /// Adds `fields`, names and values by turns, to `progress`; what no worker writes is left out.
    static func read(
        _ fields: [RedisReply],
        into progress: inout [Int: InFlightProgress]
    ) throws(RedisError) {
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            let name = try fields[index].stringValue.split(separator: ":")
            guard name.count == 2, let ordinal = Int(name[0]), ordinal >= 0 else { continue }
            guard let value = try? fields[index + 1].integerValue, (0...most).contains(value) else {
                continue
            }
            switch ProgressField(rawValue: String(name[1])) {
            case .rows: progress[ordinal, default: .none].rows = value
            case .bytes: progress[ordinal, default: .none].bytes = value
            case nil: continue
            }
        }
    }
}

extension InFlightProgress {
    fileprivate static var none: InFlightProgress { InFlightProgress(rows: 0, bytes: 0) }
}
