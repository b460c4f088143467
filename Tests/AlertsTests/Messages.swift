import Pipelines
import Planning

extension AlertMessage {
    /// A message of one alert, or of several.
    static func sample(
        to target: AlertTarget = AlertTarget(
            .mail,
            url: "smtps://mail.example.com",
            recipients: ["ops@example.com"]
        ),
        pipeline: String = "shop",
        summary: String = "no file matches `a.csv`",
        period: String = "2024-01",
        isOver: Bool = false,
        count: Int = 1
    ) -> AlertMessage {
        let alerts = (1...count)
            .map { number in
                Alert(
                    id: Int64(number),
                    rule: .sourceMissing,
                    pipeline: pipeline,
                    table: "shop.fact_sale",
                    period: period,
                    load: 7,
                    code: "source.missing",
                    summary: summary,
                    since: "2024-02-01T06:00:00Z",
                    over: isOver ? "2024-02-01T07:00:00Z" : nil,
                    overBecause: isOver ? "loaded by load 8" : nil
                )
            }
        return AlertMessage(
            id: 3,
            fence: 1,
            identity: "wh.3",
            target: target,
            pipeline: pipeline,
            isOver: isOver,
            alerts: alerts,
            written: "2024-02-01T06:00:05Z"
        )
    }
}
