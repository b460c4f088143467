public import Postgres
public import Redis

/// All that a fleet writes into the ledger and Redis, to look for what should not be there.
public enum Traces {
    /// Every column of the ledger, but what a reject says of its own row.
    ///
    /// - Parameter ask: Asks the warehouse; gives each row's columns joined with `|`.
    /// - Returns: the values.
    public static func ledger(
        _ ask: (_ sql: SQL) async throws -> [String]
    ) async rethrows -> String {
        let columns = try await ask(
            """
            select format('%I::text from longshore.%I', column_name, table_name)
            from information_schema.columns
            where table_schema = 'longshore'
                and not (table_name = 'reject' and column_name in ('raw', 'reason'))
            """
        )
        var text = ""
        for column in columns {
            text += try await ask("select \(raw: column)").joined(separator: "\n")
        }
        return text
    }

    /// The keys and values of a fleet.
    ///
    /// - Parameters:
    ///   - fleet: The fleet.
    ///   - send: Sends Redis a command.
    /// - Returns: the keys and values, in no order.
    public static func redis(
        fleet: String,
        _ send: (_ command: [RedisArgument]) async throws -> RedisReply
    ) async rethrows -> String {
        // Not DUMP, which compresses.
        let script: RedisArgument = """
            local readers = {
                string = {'GET'}, hash = {'HGETALL'}, set = {'SMEMBERS'},
                list = {'LRANGE', 0, -1}, zset = {'ZRANGE', 0, -1}}
            local found = {}
            for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
                local command, first, last = unpack(readers[redis.call('TYPE', key).ok])
                found[#found + 1] = key
                found[#found + 1] = last and redis.call(command, key, first, last)
                    or redis.call(command, key)
            end
            return found
            """
        let pattern = RedisArgument("longshore:\(fleet):*")
        return String(describing: try await send(["EVAL", script, "0", pattern]))
    }
}
