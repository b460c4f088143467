/// What a part of the warehouse refuses to do, and why: none of these is helped by another attempt.
public protocol WarehouseRefusal: TaskFailureConvertible, Hashable, CustomStringConvertible {
    /// The kinds of problem: each is the last part of a failure's code.
    associatedtype Code: RawRepresentable<String>
    /// What kind of problem it is.
    var code: Code { get }
}

extension WarehouseRefusal {
    /// The failure to record.
    public var taskFailure: TaskFailure {
        TaskFailure(code: "warehouse.\(code.rawValue)", message: description, isRetryable: false)
    }
}
