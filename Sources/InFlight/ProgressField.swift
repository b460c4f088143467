internal import Planning
internal import Redis
import Words

/// The fields of a load's progress hash: `<ordinal>:rows`, `<ordinal>:bytes`, and what its task will read.
enum ProgressField: String, CaseIterable {
    case rows
    case bytes
    case count
    case size
    case input

    func name(_ ordinal: Int) -> RedisArgument { "\(ordinal):\(rawValue)" }

    /// More than any task reads: of a million tasks the sum is still a number.
    private static let most = 1 << 42
    /// As much as is kept of a name.
    private static let longestName = 120

    /// The fields that say what a task will read, and their values, by turns.
    static func fields(_ inputs: ExpectedInputs, of ordinal: Int) -> [RedisArgument] {
        let name = VisibleText.shortened(inputs.first, to: longestName)
        return [count.name(ordinal), .init(inputs.files), input.name(ordinal), .init(name)]
            + (inputs.bytes.map { [size.name(ordinal), .init($0)] } ?? [])
    }

    /// Adds `fields`, names and values by turns, to `progress`; what no worker writes is left out.
    static func read(
        _ fields: [RedisReply],
        into progress: inout [Int: InFlightProgress]
    ) throws(RedisError) {
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            let name = try fields[index].stringValue.split(separator: ":")
            guard name.count == 2, let ordinal = Int(name[0]), ordinal >= 0,
                let field = ProgressField(rawValue: String(name[1]))
            else { continue }
            if field == .input {
                guard let name = try? fields[index + 1].stringValue else { continue }
                progress[ordinal, default: .none].inputs.first =
                    VisibleText.shortened(name, to: longestName)
                continue
            }
            guard let value = try? fields[index + 1].integerValue, (0...most).contains(value) else {
                continue
            }
            progress[ordinal, default: .none].note(value, as: field)
        }
    }
}

extension InFlightProgress {
    fileprivate static var none: InFlightProgress { InFlightProgress(rows: 0, bytes: 0) }

    fileprivate mutating func note(_ value: Int, as field: ProgressField) {
        switch field {
        case .rows: rows = value
        case .bytes: bytes = value
        case .count: inputs.files = value
        case .size: inputs.bytes = value
        case .input: break
        }
    }

    fileprivate var inputs: ExpectedInputs {
        get { expected ?? ExpectedInputs(files: 0, bytes: nil, first: "") }
        set { expected = newValue }
    }
}
