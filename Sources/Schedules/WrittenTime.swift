import Values
import Words

/// Times as people write them.
public enum WrittenTime {
    /// `2026-11-30 02:00`, of seconds since 1970-01-01 00:00 on some clock.
    public static func text(_ seconds: Int) -> String {
        let time = CivilTime(millisecondsSince1970: seconds * 1000)
        return "\(padded(time.year, 4))-\(padded(time.month, 2))-\(padded(time.day, 2)) "
            + "\(padded(time.hour, 2)):\(padded(time.minute, 2))"
    }
}
