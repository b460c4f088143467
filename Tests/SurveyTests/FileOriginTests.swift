import Foundation
import Pipelines
import Survey
import Testing

@Suite("Files that a definition is drafted from")
struct FileOriginTests {
    @Test("files of one folder whose names differ in their period only are one table")
    func tables() {
        #expect(
            FileOrigin.tables(of: [
                "in/sales_2024-02.csv", "in/customers.csv", "in/sales_2024-01.csv",
                "out/sales_2024-01.csv", "in/customers.csv",
            ]) == [
                ["in/sales_2024-01.csv", "in/sales_2024-02.csv"], ["in/customers.csv"],
                ["out/sales_2024-01.csv"],
            ]
        )
    }

    @Test("a file is found from the folder of the definition")
    func places() async throws {
        let sheets = try Sheets()
        try sheets.write("id,name\n1,Ana\n", as: "customers.csv")
        let path = sheets.folder + "/customers.csv"
        let beside = FileOrigin(path: path, pipelineFolder: sheets.folder + "/shop")
        let yaml = try PipelineDraft(
            name: "shop",
            origins: [try await beside.drafted(rows: nil, with: [])]
        )
        .yaml
        #expect(yaml.contains(/files: "?\.\."?\s/), "\(yaml)")
    }

    @Test(
        "a name that stands for several files in a definition is refused, and says why",
        arguments: ["a{b}.csv", "a*\u{301}.csv", "a\u{600}$.csv"]
    )
    func names(name: String) async throws {
        let path = try Sheets().write("id\n1\n", as: name)
        let error = await #expect(throws: DraftError.self) {
            try await FileOrigin(path: path).profiled(rows: nil)
        }
        #expect(
            error?.description
                == "the file `\(name)` has a character in its name that stands for something else in "
                + "a definition (`*`, `{`, `}`, `$`): rename it"
        )
    }

    @Test("the pipeline to start from is a definition without warnings, and the file that it reads")
    func starter() throws {
        let files = StarterPipeline.files(name: "shop")
        #expect(files.keys.sorted() == ["data/orders_2024-01.csv", "pipeline.yaml"])
        let definition = try Definition(
            bundle: DefinitionBundle(files: ["pipeline.yaml": files["pipeline.yaml"] ?? ""])
        )
        #expect(definition.warnings.isEmpty)
        #expect(definition.pipeline.name == "shop" && definition.pipeline.facts.count == 1)
    }
}
