/// An alarm of the broker, as people are told of it.
public enum BrokerAlarm {
    /// What an alarm means, behind `RabbitMQ `.
    public static func words(_ alarm: String) -> String {
        "takes no messages (\(alarm)): loads stand still until it has memory and disk again"
    }
}
