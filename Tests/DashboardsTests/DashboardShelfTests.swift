import Dashboards
import Foundation
import Pipelines
import Postgres
import Testing

@Suite("The dashboards of folders")
struct DashboardShelfTests {
    private static func shelf(_ folder: String) throws -> DashboardShelf {
        try FileManager.default.createDirectory(
            atPath: folder + "/dashboards",
            withIntermediateDirectories: true
        )
        let files = [
            "pipeline.yaml": """
            pipeline: shop
            parameters: { star: { type: text }, first: { type: date, default: 2024-01-01 } }
            warehouse: { schema: "${star}" }
            dimensions: { day: { calendar: { from: "${first}", to: 2024-12-31 } } }

            """,
            "dashboards/shop.yaml": "dashboard: shop\npanels: [{ table: Rows, sql: select 1 }]\n",
        ]
        for (path, text) in files {
            try text.write(toFile: "\(folder)/\(path)", atomically: true, encoding: .utf8)
        }
        let nowhere = try PostgresConfiguration(url: "postgres://nobody@127.0.0.1:1/none")
        return DashboardShelf(folders: [folder], desk: DashboardDesk(nowhere))
    }

    @Test(
        "parameters without a default have the values of the newest load, also of one that comes later"
    )
    func parameters() async throws {
        let folder = NSTemporaryDirectory() + "longshore-shelf-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let shelf = try Self.shelf(folder)
        let never = await shelf.contents()
        #expect(never.entries.isEmpty)
        #expect(
            never.problems.first?
                .hasSuffix("(once it was loaded, the newest load's values are taken)") == true
        )
        #expect(never.problems.first?.contains("the parameter `star` has no value") == true)
        for star in ["north", "south"] {
            let contents = await shelf.contents { pipeline in
                pipeline == "shop" ? ["star": star, "gone": "x", "first": "1999-01-01"] : [:]
            }
            #expect(contents.problems == [])
            #expect(contents.entry("shop")?.pipeline.schema == star)
        }
    }
}
