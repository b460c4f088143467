internal import Values
internal import Words

/// A moment as signatures write it, in UTC.
struct Stamp {
    /// `20130524`.
    let day: String
    /// `20130524T000000Z`.
    let time: String

    init(_ second: Int) {
        let moment = CivilTime(millisecondsSince1970: second * 1000)
        day = padded(moment.year, 4) + padded(moment.month, 2) + padded(moment.day, 2)
        let clock = [moment.hour, moment.minute, moment.second]
        time = "\(day)T\(clock.map { padded($0, 2) }.joined())Z"
    }
}
