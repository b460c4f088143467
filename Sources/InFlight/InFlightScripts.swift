internal import Redis

/// What must happen in one step on the server.
///
/// Times are the server's, so that the workers' clocks do not matter.
enum InFlightScripts {
    /// Takes a task's lease, unless another holds it or the task is done.
    ///
    /// A lease that has no end, or a later one than a lease can have, is given the end that one has which
    /// was renewed just now: whoever holds it renews it, and if nobody does, the ledger is asked after that.
    /// Keys: lease, done-mark, fence, progress. Arguments: owner, lease ms, fence ms, the task's
    /// progress fields. Reply: `taken`, `done`, or `held` and the holder.
    static let claim = RedisScript(
        """
        if redis.call('EXISTS', KEYS[2]) == 1 then return {'done'} end
        local holder = redis.call('HGET', KEYS[1], 'owner')
        if holder and holder ~= ARGV[1] then
            local left = redis.pcall('PTTL', KEYS[1])
            if type(left) == 'number' and (left < 0 or left > tonumber(ARGV[2])) then
                redis.call('PEXPIRE', KEYS[1], ARGV[2])
            end
            return {'held', holder}
        end
        if not holder then
            local fence = redis.call('INCR', KEYS[3])
            redis.call('PEXPIRE', KEYS[3], ARGV[3])
            redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'fence', fence)
            redis.call('HDEL', KEYS[4], unpack(ARGV, 4))
        end
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return {'taken'}
        """
    )

    /// Extends a lease, or takes it again when it has vanished and the task is not done.
    ///
    /// Keys: lease, done-mark, fence. Arguments: owner, lease ms, fence ms. Reply: 1 when the owner
    /// holds the lease.
    static let renew = RedisScript(
        """
        local holder = redis.call('HGET', KEYS[1], 'owner')
        if holder and holder ~= ARGV[1] then return 0 end
        if not holder then
            if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
            local fence = redis.call('INCR', KEYS[3])
            redis.call('PEXPIRE', KEYS[3], ARGV[3])
            redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'fence', fence)
        end
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return 1
        """
    )

    /// Gives a lease up and marks the task done when it is.
    ///
    /// Keys: lease, done-mark. Arguments: owner, done-mark ms or 0 when the task is not done.
    static let release = RedisScript(
        """
        if redis.call('HGET', KEYS[1], 'owner') == ARGV[1] then redis.call('DEL', KEYS[1]) end
        if ARGV[2] ~= '0' then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2]) end
        """
    )

    /// Adds to a task's progress.
    ///
    /// Keys: progress. Arguments: ms, the field of rows, rows, the field of bytes, bytes, and fields with what they
    /// become.
    static let report = RedisScript(
        """
        redis.call('HINCRBY', KEYS[1], ARGV[2], ARGV[3])
        redis.call('HINCRBY', KEYS[1], ARGV[4], ARGV[5])
        if #ARGV > 5 then redis.call('HSET', KEYS[1], unpack(ARGV, 6)) end
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        """
    )

    /// Counts the orders of people.
    ///
    /// It begins at the server's time, so that a number that was forgotten does not come back the same.
    /// Keys: orders. Arguments: ms.
    static let signal = RedisScript(
        """
        if redis.call('EXISTS', KEYS[1]) == 0 then
            redis.call('SET', KEYS[1], redis.call('TIME')[1])
        end
        redis.call('INCR', KEYS[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        """
    )

    /// Writes a worker's presence.
    ///
    /// Keys: workers, expiries. Arguments: name, presence, ms.
    static let register = RedisScript(
        """
        local time = redis.call('TIME')
        local expiry = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3]
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
        redis.call('ZADD', KEYS[2], expiry, ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        redis.call('PEXPIRE', KEYS[2], ARGV[3])
        """
    )

    /// Forgets a worker.
    ///
    /// Keys: workers, expiries. Arguments: name.
    static let deregister = RedisScript(
        """
        redis.call('HDEL', KEYS[1], ARGV[1])
        redis.call('ZREM', KEYS[2], ARGV[1])
        """
    )

    /// Forgets the workers that fell silent and lists the others.
    ///
    /// Keys: workers, expiries. Reply: their presences.
    static let workers = RedisScript(
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
            redis.call('HDEL', KEYS[1], name)
            redis.call('ZREM', KEYS[2], name)
        end
        return redis.call('HVALS', KEYS[1])
        """
    )
}
