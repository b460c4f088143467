import Testing

/// Rules about the sources themselves, which no compiler keeps.
@Suite("Borders of text")
struct EscapingRuleTests {
    /// Files that put one text in the place of another by Characters, and why nothing is escaped there.
    private static let replacing = [
        "Extraction/ByteTable.swift": "names of encodings from a list",
        "Charts/Model/NumberFormat.swift": "the sign of a number of our own",
        "Extraction/EncodedSecret.swift": "digits of Base64",
        "Pipelines/Dashboards/PanelPublication.swift":
            "`{format}` of a name, whose parts are found by scalars",
        "Pipelines/Model/ChartPlan.swift": "`{format}` of a name, whose parts are found by scalars",
        "Survey/DraftOrigin.swift": "the label of a period in a file's name",
        "Torture/Outside/ExportedRows.swift": "the definition of an example of our own",
        "Torture/Outside/ObjectShelf.swift": "the definition of an example of our own",
        "Torture/Outside/SampleCalls.swift": "the definition of an example of our own",
        "Torture/ServerAddresses.swift": "ports of servers of our own",
        "Loading/Audit/Audit.swift": "the sign of a number",
        "StarSchema/Design/FactDesign.swift": "the label of a period",
        "Views/SchedulesView.swift": "a word of our own",
        "Words/Wording.swift": "an ISO time of our own",
    ]

    /// Files that send several statements at once, and whose words they are.
    private static let scripts = [
        "Postgres/PostgresConnection.swift": "discard all",
        "Postgres/PostgresConnection+Parameters.swift": "savepoints",
        "Postgres/PostgresConnection+Transactions.swift": "BEGIN and settings",
        "Ledger/Locks/LockPatience.swift": "savepoints",
        "Ledger/Migrations/Migrations.swift": "migrations and grants",
        "Loading/Dimensions/RestoredMembers.swift": "temporary tables",
        "Rehearsal/TaskRehearsal.swift": "savepoints",
    ]

    @Test(
        "nothing is escaped by Characters: a quote beside a mark is none, but the reader takes it for one"
    )
    func escaping() throws {
        let found = try SourceText.files(with: "replacing", "addingPercentEncoding") { line in
            guard line.contains(/(?:\.|^\s*)replacing\(|replacingOccurrences|addingPercentEncoding/)
            else { return false }
            return !line.contains(/unicodeScalars|utf8|placeholders:|Self\.replacing/)
        }
        // What is new here escapes by `doubling`, `unicodeScalars` or `utf8`, or says why it need not.
        #expect(found == Set(Self.replacing.keys))
    }

    @Test("regular expressions match scalars: a mark behind a sign makes no other sign of it")
    func matching() throws {
        let found = try SourceText.files { code in
            code.matches(of: /Match\(\s*of:|matches\(\s*of:|contains\(#?\//).count
                != code.matches(of: /\.matchingSemantics\(\.unicodeScalar\)/).count
        }
        #expect(found == [])
    }

    /// Modules that hold names and values of others.
    private static let foreign = [
        "Charts/", "Dashboards/", "Extraction/", "MariaDB/", "MongoDB/", "Rows/",
        "StarSchema/Exports/", "StarSchema/Marts/", "Survey/",
    ]

    /// Files of theirs whose sets and dictionaries have Strings for keys, and what these are.
    private static let keyedByStrings = [
        "Dashboards/Choices/DashboardChoices.swift": "names of filters",
        "Dashboards/DashboardDesk.swift": "names of filters",
        "Dashboards/DashboardShelf.swift": "pipelines, parameters",
        "Dashboards/Running/PanelAnswer.swift": "names of filters",
        "Dashboards/Running/PanelPublisher.swift": "formats",
        "Dashboards/Seal/SealReading.swift": "words of our own",
        "Extraction/CallPager.swift": "digests",
        "Extraction/DatasetNames.swift": "names of sources",
        "Extraction/HTTPSource.swift": "names of fields",
        "Extraction/MongoSource.swift": "words of our own",
        "Extraction/NamedCredentials.swift": "names of credentials",
        "Extraction/RowShaping.swift": "names of fields",
        "Extraction/SourceEnvironment.swift": "names of credentials",
        "Extraction/Sources.swift": "names of sources",
        "Extraction/ZoneTables.swift": "zones",
        "MariaDB/MariaDBTLS.swift": "parameters of a URL",
        "MongoDB/MongoConfiguration.swift": "parameters of a URL",
        "Rows/ColumnCompiler.swift": "zones",
        "Rows/Patterns/ScalarSet.swift": "words of Unicode",
        "Rows/RowEncoder.swift": "zones",
        "Rows/RowLayout.swift": "zones",
        "Rows/RowProgram.swift": "zones",
        "Survey/ColumnProfiler.swift": "words like `yes`, which have one spelling",
        "Survey/ColumnWords.swift": "spellings",
        "Survey/DraftTable.swift": "names of a draft",
        "Survey/DraftTables.swift": "names of a draft",
        "Survey/DraftText.swift": "names of a draft",
        "Survey/SourceCheck.swift": "names of sources",
        "Survey/StarterPipeline.swift": "files of our own",
    ]

    @Test("names of others are no keys as Strings: those that only look alike would be one")
    func keys() throws {
        let found = try SourceText.files(with: "Set<String>", "[String: ")
            .filter { path in Self.foreign.contains { path.hasPrefix($0) } }
        // What is new here has `ExactText` for its keys, or says why it need not.
        #expect(found == Set(Self.keyedByStrings.keys))
    }

    @Test("what is made of a definition goes to Postgres one statement at a time")
    func scripts() throws {
        // No `\b`: in `connection.script` it sees one word.
        let found = try SourceText.files(with: "script(") {
            $0.contains(/\.script\(|^\s*(?:try await )?script\(/)
        }
        #expect(found == Set(Self.scripts.keys))
    }

    @Test("only `Sources` tells the kinds of sources apart, what names them, and the definition")
    func kinds() throws {
        let found = try SourceText.files(with: ".files") {
            $0.contains(/\bcase (?:let )?\.files\b/)
        }
        let homes: Set = [
            "Extraction/Sources.swift", "Extraction/DatasetNames.swift",
            "Pipelines/Model/Source.swift", "Pipelines/Model/SourceKind.swift",
            "Pipelines/Reading/SourceReading.swift",
        ]
        #expect(found == homes)
    }

    @Test("turns are taken at rows of the ledger: anybody may take an advisory lock")
    func advisoryLocks() throws {
        // Who has no right to the functions is said where roles are made.
        #expect(try SourceText.files(with: "advisory") == ["Ledger/Roles/DatabaseRoles.swift"])
    }
}
