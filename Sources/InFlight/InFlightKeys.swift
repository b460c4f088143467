internal import Planning
internal import Redis

/// The names of a fleet's keys: `longshore:<fleet>:<warehouse>:…`.
struct InFlightKeys: Sendable {
    private let prefix: String

    init(_ fleet: FleetIdentity) {
        prefix = "longshore:\(fleet.name):\(fleet.warehouse)"
    }

    /// A hash: `owner` and `fence`.
    func lease(_ task: LoadTaskID) -> RedisArgument { "\(prefix):lease:\(task)" }
    /// A counter: how often the task's lease was taken.
    func fence(_ task: LoadTaskID) -> RedisArgument { "\(prefix):fence:\(task)" }
    /// A mark: the task is done.
    func done(_ task: LoadTaskID) -> RedisArgument { "\(prefix):done:\(task)" }
    /// A hash: for each task `<ordinal>:rows` and `<ordinal>:bytes`.
    func progress(ofLoad load: Int64) -> RedisArgument { "\(prefix):progress:\(load)" }
    /// A hash: each worker's presence by its name.
    var workers: RedisArgument { "\(prefix):workers" }
    /// A sorted set: when each worker is forgotten, by the server's clock.
    var workerExpiries: RedisArgument { "\(prefix):worker-expiries" }
    /// A counter: it changes with every order of a person about running tasks.
    var orders: RedisArgument { "\(prefix):orders" }
}
