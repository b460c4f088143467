public import Planning
import Words

/// How much of their files the running tasks of a load have read, where it is known how large these are.
public struct LoadReading: Sendable, Hashable, Codable {
    /// The load.
    public let load: Int64
    /// How many tasks these are.
    public let tasks: Int
    /// Bytes that they have read.
    public let read: Int
    /// Bytes that they read in all.
    public let bytes: Int
    /// Bytes a second, of all of them together.
    public let rate: Double
    /// Seconds until the last of them has read its files, at the rate of each; `nil` before each has read something.
    public let seconds: Double?

    /// A reading; `nil` where nobody tells of a file.
    ///
    /// - Parameters:
    ///   - load: The load.
    ///   - progress: What its workers tell, by the places of its tasks in the plan.
    ///   - ages: For how many seconds its running tasks run, likewise.
    public init?(of load: Int64, _ progress: [Int: InFlightProgress], ages: [Int: Double]) {
        var (tasks, read, bytes, rate) = (0, 0, 0, 0.0)
        var longest: Double? = 0
        for (task, age) in ages {
            guard let told = progress[task], let all = told.expected?.bytes else { continue }
            let done = min(told.bytes, all)
            tasks += 1
            read += done
            bytes += all
            rate += Double(done) / max(age, 0.001)
            longest = longest.flatMap { longest in
                done > 0 ? max(longest, age * Double(all - done) / Double(done)) : nil
            }
        }
        guard tasks > 0 else { return nil }
        self.load = load
        self.tasks = tasks
        self.read = read
        self.bytes = bytes
        self.rate = rate
        seconds = longest
    }

    /// Bytes that are still to be read.
    public var left: Int { bytes - read }

    /// It in words: `load 7 has 1.2 GB of 3.4 GB left to read, about 40 s at 30.0 MB/s`.
    public var words: String {
        guard left > 0 else { return "load \(load) has read its files, \(ByteWords.spoken(bytes))" }
        let time =
            seconds.map { ", about \(DurationWords.spoken(seconds: Int($0.rounded(.up))))" } ?? ""
        return
            "load \(load) has \(ByteWords.spoken(left)) of \(ByteWords.spoken(bytes)) left to read"
            + "\(time) at \(ByteWords.spoken(Int(rate)))/s"
    }
}
