internal import Endpoints

/// One connection, on one thread: commands out, their replies in, in the same order.
///
/// After any error that it throws it is out of step with the server and must be dropped.
final class RedisConnection {
    private let transport: Transport
    private let reader: ReplyReader

    /// Connects, proves who it is, chooses the database and hears that the server serves.
    init(_ configuration: RedisConfiguration, limit: CallLimit) throws(RedisError) {
        transport = try Transport(configuration, limit: limit)
        reader = ReplyReader(server: limit.server)
        try introduce(configuration, limit: limit)
    }

    /// Whether the connection can be used for another exchange.
    func isQuiet() -> Bool { transport.isQuiet() }

    /// Says goodbye, if that can be done at once.
    func close() { transport.close() }

    /// Sends commands and waits for a reply to each; a refused command's reply is an error.
    func exchange(
        _ commands: EncodedCommands,
        limit: CallLimit
    ) throws(RedisError) -> [RedisReply] {
        try transport.queue(commands.bytes)
        var replies: [RedisReply] = []
        replies.reserveCapacity(commands.count)
        while replies.count < commands.count || !transport.hasSentAll {
            try reader.feed(try transport.advance(limit: limit))
            while let reply = try reader.next() { replies.append(reply) }
        }
        guard replies.count == commands.count, reader.isEmpty else {
            throw .protocolViolation("it said more than was asked", server: limit.server)
        }
        return replies
    }

    /// Sends `command`, which names a script by its digest, and `fullCommand` when the server has
    /// not seen that script.
    func exchange(
        _ command: EncodedCommands,
        orInFull fullCommand: EncodedCommands,
        limit: CallLimit
    ) throws(RedisError) -> [RedisReply] {
        let replies = try exchange(command, limit: limit)
        guard case .error(let error)? = replies.first, error.code == .server(prefix: "NOSCRIPT")
        else {
            return replies
        }
        return try exchange(fullCommand, limit: limit)
    }

    private func introduce(
        _ configuration: RedisConfiguration,
        limit: CallLimit
    ) throws(RedisError) {
        var commands: [[RedisArgument]] = []
        let fresh = configuration.loginFile?.login()
        if let password = fresh.map(\.password) ?? configuration.url.password {
            let user = (fresh.map(\.user) ?? configuration.url.user)
                .flatMap { $0.isEmpty ? nil : RedisArgument($0) }
            commands.append(["AUTH"] + (user.map { [$0] } ?? []) + [.init(password.revealed)])
        }
        if configuration.database != 0 {
            commands.append(["SELECT", .init(configuration.database)])
        }
        commands.append(["PING"])
        for reply in try exchange(try EncodedCommands(commands), limit: limit) {
            if case .error(let error) = reply { throw error }
        }
        // A name is a courtesy: a user who may not set it can work all the same.
        if let name = configuration.clientName {
            let command = try EncodedCommands([["CLIENT", "SETNAME", .init(name)]])
            _ = try exchange(command, limit: limit)
        }
    }
}
