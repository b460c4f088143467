import Testing

/// Where in the sources the tables of the ledger are written and asked about, which no compiler keeps.
@Suite("Homes")
struct HomesRuleTests {
    @Test(
        "a table of the ledger has one home: whoever else writes it uses its verbs",
        arguments: [
            ("attempt", "Ledger/Tasks/AttemptTable.swift"),
            ("audit", "Ledger/Tasks/AttemptTable.swift"),
            ("actions", "Ledger/Actions/ActionTable.swift"),
            ("control", "Ledger/Control/ControlTable.swift"),
            ("effect", "Ledger/Exports/EffectTable.swift"),
            ("firing", "Ledger/Schedules/FiringTable.swift"),
            ("intervention", "Ledger/Orders/InterventionTable.swift"),
            ("lineage", "Ledger/Lineage/LineageTable.swift"),
            ("lineage_run", "Ledger/Lineage/LineageTable.swift"),
            ("load", "Ledger/Loads/LoadTable.swift"),
            ("reject", "Ledger/Rejects/RejectTable.swift"),
            ("schedule", "Ledger/Schedules/ScheduleTable.swift"),
            ("task", "Ledger/Tasks/TaskTable.swift"),
        ]
    )
    func homes(table: String, home: String) throws {
        let writers = try SourceText.files(with: "longshore.\(table)") { line in
            line.matches(
                of: /(?:update|insert into|delete from|merge into|copy|truncate) longshore\.(\w+)/
            )
            .contains { $0.1 == table }
        }
        #expect(writers.filter { !$0.hasPrefix("Ledger/Migrations/") } == [home])
    }

    @Test("a state or a kind in SQL is a case of an enum, and no text")
    func words() throws {
        let found = try SourceText.files(
            with: "state = '",
            "state <> '",
            "state in ('",
            "kind = '",
            "kind <> '",
            "kind in ('"
        ) { $0.contains(/(?:^|[^l])(?:state|kind) (?:=|<>|in) \(?'/) }
        #expect(found.filter { !$0.hasPrefix("Ledger/Migrations/") } == [])
    }

    @Test("what several statements ask of the ledger's tables is written once")
    func conditions() throws {
        let homes = try SourceText.files(
            with: "lease_until < clock_timestamp()",
            "lease_until > clock_timestamp()",
            "coalesce(l.fleet, ",
            "greatest(l.lease_until, l.rests_until)",
            "i.load_id = l.id)",
            "c.schema_name = "
        ) { line in
            line.contains(
                /lease_until [<>] clock_timestamp|coalesce\(l\.fleet, |greatest\(l\.lease|pipeline or i\.load_id/
            )
                || line.contains(/c\.schema_name = (?:[a-z]|\\\(row\))\.schema_name/)
        }
        let found: Set = homes.filter { !$0.hasPrefix("Ledger/Migrations/") }
        #expect(
            found == [
                "Ledger/Alerts/AlertMessageTable.swift", "Ledger/Control/ControlTable.swift",
                "Ledger/Lineage/LineageTable.swift", "Ledger/Loads/LoadTable.swift",
                "Ledger/Orders/InterventionTable.swift", "Ledger/Schedules/FiringTable.swift",
            ]
        )
    }
}
