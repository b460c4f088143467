import CMariaDB

/// A value for a `?` of a statement: a day, or a day and a time.
public struct MariaDBMoment: Sendable, Hashable {
    let year: Int
    let month: Int
    let day: Int
    /// The second of the day; `nil` for a day alone.
    let second: Int?

    /// A day, or a time of it.
    public init(year: Int, month: Int, day: Int, second: Int? = nil) {
        self.year = year
        self.month = month
        self.day = day
        self.second = second
    }

    var time: MYSQL_TIME {
        var time = MYSQL_TIME()
        time.year = UInt32(year)
        time.month = UInt32(month)
        time.day = UInt32(day)
        time.hour = UInt32((second ?? 0) / 3_600)
        time.minute = UInt32((second ?? 0) / 60 % 60)
        time.second = UInt32((second ?? 0) % 60)
        time.time_type = second == nil ? MYSQL_TIMESTAMP_DATE : MYSQL_TIMESTAMP_DATETIME
        return time
    }

    var type: enum_field_types { second == nil ? MYSQL_TYPE_DATE : MYSQL_TYPE_DATETIME }
}
