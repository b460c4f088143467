internal import Planning
internal import Redis

/// The fields of a load's progress hash: `<ordinal>:rows` and `<ordinal>:bytes`.
enum ProgressField: String {
    case rows
    case bytes

    func name(_ ordinal: Int) -> RedisArgument { "\(ordinal):\(rawValue)" }

    /// More than any task reads; the sum over a load of a million tasks is still a number.
    private static let most = 1_000_000_000_000

    /// Adds `fields`, names and values by turns, to `progress`; what is none of ours is left out, and
    /// what no task reads is cut to what one may read.
    static func read(
        _ fields: [RedisReply],
        into progress: inout [Int: InFlightProgress]
    ) throws(RedisError) {
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            let name = try fields[index].stringValue.split(separator: ":")
            guard name.count == 2, let ordinal = Int(name[0]),
                let number = try? fields[index + 1].integerValue
            else { continue }
            let value = min(max(number, 0), most)
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
