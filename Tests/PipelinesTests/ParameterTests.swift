import Expressions
import Pipelines
import Rows
import Testing

@Suite("Parameters")
struct ParameterTests {
    private static let declared = """
        pipeline: shop
        parameters:
          strict: { type: boolean, default: false }
          shortest: { type: integer, default: 3 }
          folder: { type: text, default: data }
          prefix: { type: text }
        sources:
          drops: { files: "${folder}/${DAY:-today}" }
        facts:
          sale:
            from: { source: drops, csv: "${prefix}_sales.csv" }
            grain: [sale_id]
            columns:
              sale_id: { type: text, required: "${strict}", length: "${shortest}" }

        """

    private static func bundle(
        _ parameters: [String: String],
        replacing old: String = "",
        with new: String = ""
    )
        -> DefinitionBundle
    {
        let yaml = old.isEmpty ? declared : declared.replacing(old, with: new)
        return DefinitionBundle(files: ["pipeline.yaml": yaml], parameters: parameters)
    }

    @Test("stand for their values, at their own types")
    func values() throws {
        let bundle = Self.bundle(["prefix": "eu", "strict": "true"])
        let pipeline = try Pipeline.parse(bundle: bundle)
        #expect(pipeline.sources == ["drops": .files(folder: "data/${DAY:-today}")])
        let sale = try #require(pipeline.fact("sale"))
        #expect(sale.extract.pattern == "eu_sales.csv")
        #expect(sale.attributes[0].plan.rules == [.required, .length(minimum: 3, maximum: 3)])
    }

    @Test(
        "bring no variable of Longshore's own into a source, by whatever way",
        arguments: [
            ("${prefix}", "${LONGSHORE_POSTGRES_URL}"),
            ("${folder}/${prefix}", "${LONGSHORE_POSTGRES_URL}"),
            ("$${prefix}", "{LONGSHORE_POSTGRES_URL:-none}"),
            ("${DAY}${prefix}STGRES_URL}", "${LONGSHORE_PO"),
        ]
    )
    func ownVariables(files: String, value: String) {
        let text = Self.bundle(
            ["prefix": value],
            replacing: "${folder}/${DAY:-today}",
            with: files
        )
        #expect(problems(text).contains { $0.contains("[parameter.place]") }, "\(problems(text))")
    }

    @Test("bring no variable at all into a source")
    func variables() {
        let bundle = Self.bundle(
            ["prefix": "eu", "folder": "${TOPSECRET}"],
            replacing: "${folder}/${DAY:-today}",
            with: "${folder}"
        )
        #expect(
            problems(bundle) == [
                "pipeline.yaml:8:19: error: the value of a parameter makes a `${…}` of this text [parameter.place]"
            ]
        )
    }

    @Test("are constants in an expression, and never a part of it")
    func expressions() throws {
        let bundle = Self.bundle(
            ["prefix": "x' or 'a' = 'a"],
            replacing: "length: \"${shortest}\" }",
            with:
                "length: 3 }\n    checks: { known: \"sale_id = '${prefix}' or sale_id = ${prefix}\" }"
        )
        let sale = try #require(try Pipeline.parse(bundle: bundle).fact("sale"))
        #expect(
            sale.demands.checks.map(\.expression.text) == [
                "sale_id = 'x'' or ''a'' = ''a' or sale_id = 'x'' or ''a'' = ''a'"
            ]
        )
    }

    @Test("without a default must be given")
    func missing() {
        #expect(
            problems(Self.bundle([:])) == [
                "pipeline.yaml:6:3: error: the parameter `prefix` has no value [parameter.value]"
            ]
        )
    }

    @Test("must be of their type, as default and as given")
    func wrongType() {
        let bundle = Self.bundle(
            ["prefix": "eu", "shortest": "few"],
            replacing: "default: false",
            with: "default: no"
        )
        #expect(
            problems(bundle) == [
                "pipeline.yaml:3:37: error: the parameter `strict` cannot be `no` [parameter.value]",
                "pipeline.yaml:4:3: error: the parameter `shortest` cannot be `few` [parameter.value]",
            ]
        )
    }

    @Test("that are given but not declared are told with the nearest one")
    func unknownGiven() {
        #expect(
            problems(Self.bundle(["prefix": "eu", "strct": "true"])) == [
                "pipeline.yaml:2:1: error: the pipeline has no parameter `strct`, to which a value was "
                    + "given; did you mean `strict`? [parameter.unknown]"
            ]
        )
    }

    @Test("that are used but not declared are told, also beside variables of the environment")
    func unknownUsed() {
        let bundle = Self.bundle(["prefix": "eu"], replacing: "${prefix}", with: "${prefx}")
        #expect(
            problems(bundle) == [
                "pipeline.yaml:11:33: error: the pipeline has no parameter `prefx`; "
                    + "did you mean `prefix`? [parameter.unknown]"
            ]
        )
    }

    @Test("of a type that does not fit their place are told like a value that does not")
    func wrongPlace() {
        let bundle = Self.bundle(
            ["prefix": "eu"],
            replacing: "\"${strict}\"",
            with: "\"${folder}\""
        )
        #expect(
            problems(bundle) == [
                "pipeline.yaml:14:40: error: `required` cannot be the text `data` [value.malformed]"
            ]
        )
    }

    @Test("must be closed and well named", arguments: ["${", "${x", "${1}", "${a b}", "${}"])
    func malformed(text: String) {
        let bundle = Self.bundle(["prefix": "eu"], replacing: "${prefix}", with: text)
        #expect(diagnose(bundle).map(\.code) == [.valueMalformed])
    }

    @Test("that nothing uses are a warning")
    func unused() {
        let bundle = Self.bundle(["prefix": "eu"], replacing: "\"${strict}\"", with: "true")
        #expect(
            problems(bundle) == [
                "pipeline.yaml:3:3: warning: the parameter `strict` is never used [name.unused]"
            ]
        )
    }
}
