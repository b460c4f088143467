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
    /// Seconds until all is read at that rate; `nil` before something is.
    public let seconds: Double?

    /// A reading; `nil` where nobody tells of a file.
    ///
    /// - Parameters:
    ///   - load: The load.
    ///   - progress: What its workers tell, by the places of its tasks in the plan.
    ///   - ages: For how many seconds its running tasks run, likewise.
    public init?(of load: Int64, _ progress: [Int: InFlightProgress], ages: [Int: Double]) {
        var (tasks, read, bytes, rate) = (0, 0, 0, 0.0)
        for (task, age) in ages {
            guard let told = progress[task], let all = told.expected?.bytes else { continue }
            let done = min(told.bytes, all)
            tasks += 1
            read += done
            bytes += all
            rate += Double(done) / max(age, 0.001)
        }
        guard tasks > 0 else { return nil }
        self.load = load
        self.tasks = tasks
        self.read = read
        self.bytes = bytes
        self.rate = rate
        seconds = rate > 0 ? Double(bytes - read) / rate : nil
    }

    /// Bytes that are still to be read.
    public var left: Int { bytes - read }

    /// The rate in words: `30.0 MB/s`.
    public var pace: String { "\(ByteWords.spoken(Int(bounding: rate)))/s" }

    /// For how long it goes on at that rate, in words: `about 40 seconds`; `nil` where that is not known, or nothing is left.
    public var time: String? {
        guard left > 0, let seconds else { return nil }
        return "about \(DurationWords.spoken(seconds: Int(bounding: seconds.rounded(.up))))"
    }

    /// It in words: `3 running tasks of load 7 have 1.2 GB of 3.4 GB left to read, about 40 seconds at 30.0 MB/s`.
    public var words: String {
        let who = "\(counted(tasks, "running task")) of load \(load)"
        let (have, all) = (agreeing(tasks, "has", "have"), ByteWords.spoken(bytes))
        guard left > 0 else {
            return "\(who) \(have) read \(agreeing(tasks, "its", "their")) files, \(all)"
        }
        let time = time.map { ", \($0)" } ?? ""
        return "\(who) \(have) \(ByteWords.spoken(left)) of \(all) left to read\(time) at \(pace)"
    }
}
