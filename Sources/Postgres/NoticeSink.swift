import CLibPQ

/// Receives what libpq would otherwise print to standard error.
@safe final class NoticeSink {
    /// How many notices have come.
    private(set) var count = 0
    private let handler: (@Sendable (PostgresNotice) -> Void)?

    init(_ handler: (@Sendable (PostgresNotice) -> Void)?) {
        self.handler = handler
    }

    /// Makes `connection`, a `PGconn`, call this sink, which must outlive it.
    func attach(to connection: OpaquePointer) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe PQsetNoticeReceiver(connection, receiveNotice, context)
    }

    fileprivate func receive(_ notice: PostgresNotice) {
        count += 1
        handler?(notice)
    }
}

private func receiveNotice(_ context: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {
    guard let context = unsafe context, let result = unsafe result else { return }
    let sink = unsafe Unmanaged<NoticeSink>.fromOpaque(context).takeUnretainedValue()
    sink.receive(unsafe PostgresNotice(borrowing: result))
}

extension PostgresNotice {
    /// Copies the fields of a `PGresult`, which stays libpq's.
    fileprivate init(borrowing result: OpaquePointer) {
        severity = unsafe errorField(.severity, of: result) ?? "NOTICE"
        sqlState = unsafe errorField(.sqlState, of: result).map(SQLState.init(rawValue:))
        message = unsafe errorField(.message, of: result) ?? ""
    }
}
