import Inquiry
import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("A dimension whose definition changed", .serialized)
struct ChangedDimensionTests {
    private let versions = """
        select team, phone, valid_from::date as f, is_current from desk.dim_agent
        where agent_id = 'a1' and valid_from < valid_to order by valid_from
        """

    private func definition(_ replacements: [(String, String)] = []) throws -> Definition {
        let yaml = try #require(Shop.calls().bundle.files["pipeline.yaml"])
            .replacing(
                "team: { type: text, scd: 2 }",
                with: "team: { type: text, scd: 2 }\n      phone: { type: text }"
            )
        return try .text(replacements.reduce(yaml) { $0.replacing($1.0, with: $1.1) })
    }

    private func dock(_ definition: Definition) async throws -> Dock {
        let dock = try await Dock([
            "agents.csv": """
            agent_id,since,team,phone
            a1,2024-01-01 00:00:00,North,1
            a1,2024-01-10 00:00:00,South,2

            """,
            "calls_2024-01.csv":
                "call_id,at,agent\nx,2024-01-05 00:00:00,a1\ny,2024-01-15 00:00:00,a1\n",
        ])
        #expect(try await dock.load(definition).failures == [])
        return dock
    }

    @Test("a column that becomes historical, fixed or changing is computed anew for every member")
    func changedType() async throws {
        let dock = try await dock(definition())
        #expect(try await dock.rows(versions) == ["North|2|2024-01-01|f", "South|2|2024-01-10|t"])
        // The source tells nothing new: what was observed is enough.
        #expect(
            try await dock
                .load(definition([("phone: { type: text }", "phone: { type: text, scd: 0 }")]))
                .failures == []
        )
        #expect(try await dock.rows(versions) == ["North|1|2024-01-01|f", "South|1|2024-01-10|t"])
        let phones = [
            ("phone: { type: text }", "phone: { type: text, scd: 2 }"),
            ("team: { type: text, scd: 2 }", "team: { type: text, scd: 1 }"),
        ]
        #expect(try await dock.load(definition(phones)).failures == [])
        #expect(try await dock.rows(versions) == ["South|1|2024-01-01|f", "South|2|2024-01-10|t"])
    }

    @Test("a historical column that becomes changing marks the periods whose versions disappear")
    func stale() async throws {
        let dock = try await dock(
            definition([("phone: { type: text }", "phone: { type: text, scd: 2 }")])
        )
        let changed = try definition([
            ("team: { type: text, scd: 2 }", "team: { type: text }"),
            ("phone: { type: text }", "level: { type: text, scd: 2, from: phone }"),
        ])
        _ = changed
        try dock.write(
            "agents.csv",
            "agent_id,since,team,phone\na1,2024-01-10 00:00:00,South,1\n"
        )
        let load = try await dock.create(
            definition([
                ("phone: { type: text }", "phone: { type: text, scd: 2 }"),
                ("team: { type: text, scd: 2 }", "team: { type: text }"),
            ]),
            periods: "2024-02"
        )
        #expect(await dock.perform(load.task("agent")).failure == nil)
        #expect(try await dock.rows(versions) == ["South|1|2024-01-01|t"])
        #expect(
            try await dock.row("select state from longshore.control where period = '2024-01'")
                == "stale"
        )
    }

    @Test(
        "versions that come or go are refused with what has to be loaded anew",
        arguments: [true, false]
    )
    func versionsChange(gains: Bool) async throws {
        let plain = try definition([("team: { type: text, scd: 2 }", "team: { type: text }")])
        let versioned = try definition()
        let dock = try await dock(gains ? plain : versioned)
        let problem = try #require(
            await dock.problem { try await dock.create(gains ? versioned : plain) }
        )
        #expect(
            problem == """
                the table `desk.dim_agent` does not fit the definition: \
                \(gains ? "it has no versions, the definition has `scd: 2`" : "it has versions, the definition has no `scd: 2`"). \
                It has to be loaded anew, and with it `fact_call`: 1 period, `2024-01`. \
                Longshore does not destroy data by itself; this would do it:
                    truncate "desk"."dim_agent", "desk"."dim_agent_observed";
                    update longshore.control set state = 'stale', reason = 'dim_agent was emptied' \
                where schema_name = 'desk' and table_name in ('fact_call') and state = 'loaded';
                    -- then: longshore load FOLDER --stale
                """
        )
        try await expectMended(by: problem, definition: gains ? versioned : plain, at: dock)
    }

    @Test("an effective time that comes, goes or moves is refused with what has to be loaded anew")
    func effectiveChanges() async throws {
        let without = try definition([("    effective: since\n", "")])
        let dock = try await dock(without)
        let problem = try #require(await dock.problem { try await dock.create(definition()) })
        #expect(
            problem.hasPrefix(
                "the table `desk.dim_agent` does not fit the definition: its rows are ordered by the time "
                    + "of their load (no `effective`), the definition says `effective: since`. It has to be "
                    + "loaded anew, and with it `fact_call`: 1 period, `2024-01`."
            )
        )
        #expect(try await dock.row("select count(*) from longshore.load") == "1")
        try await expectMended(by: problem, definition: definition(), at: dock)
        #expect(try await dock.rows(versions) == ["North|2|2024-01-01|f", "South|2|2024-01-10|t"])
        let back = await dock.problem { try await dock.create(without) }
        #expect(
            back?.contains("ordered by `effective: since`, the definition says the time") == true
        )
    }

    // MARK: Other names

    private let renames = [
        ("key: agent_id", "key: code"),
        (
            "agent_id: { type: text, required: true }",
            "code: { type: text, required: true, from: agent_id }"
        ),
        ("effective: since", "effective: holds_from"),
        ("since: { type: timestamp }", "holds_from: { type: timestamp, from: since }"),
    ]

    /// All that is in the dimension's tables and in the fact, without what each load has of its own.
    private func content(_ dock: Dock) async throws -> [String] {
        try await dock.rows(
            """
            select (to_jsonb(t) - 'agent_key' - 'load_id')::text from desk.dim_agent t union all
            select (to_jsonb(t) - '_load_id')::text from desk.dim_agent_observed t union all
            select call_id || ' ' || period || ' ' || (to_jsonb(a) - 'agent_key' - 'load_id')::text
            from desk.fact_call join desk.dim_agent a using (agent_key) order by 1
            """
        )
    }

    /// The SQL of a refusal by which columns only get other names.
    private func renaming(_ problem: String) throws -> String {
        let line = try #require(problem.split(separator: "\n").last)
        #expect(line.hasPrefix("    -- or, only if `"), "\(problem)")
        return try #require(line.split(separator: "): ", maxSplits: 1).last.map(String.init))
    }

    @Test(
        "a key and a time that only have other names are offered them: what is there is as if loaded so",
        arguments: ["{ type: text, scd: 2 }", "{ type: text }"]
    )
    func otherNames(team: String) async throws {
        let given = [
            ("team: { type: text, scd: 2 }", "team: \(team)"),
            ("    effective: since", "    on_missing: expire\n    effective: since"),
        ]
        let dock = try await dock(definition(given))
        let changed = try definition(given + renames)
        let before = try await dock.rows("select agent_key from desk.dim_agent order by 1")
        let problem = try #require(await dock.problem { try await dock.create(changed) })
        #expect(
            problem.contains(
                "its rows are identified by (agent_id), the definition says (code); its rows are ordered by "
                    + "`effective: since`, the definition says `effective: holds_from`. It has to be loaded "
                    + "anew, and with it `fact_call`: 1 period, `2024-01`."
            )
        )
        let offer = [
            "\n    -- or, only if `code` is `agent_id` and `holds_from` is `since` under another name",
            "(the members, their history and the keys of facts stay then):",
            #"alter table "desk"."dim_agent" rename column "agent_id" to "code";"#,
            #"alter table "desk"."dim_agent" rename column "since" to "holds_from";"#,
            #"alter table "desk"."dim_agent_observed" rename column "agent_id" to "code";"#,
            #"alter table "desk"."dim_agent_observed" rename column "since" to "holds_from";"#,
        ]
        #expect(problem.contains(offer.joined(separator: " ")), "\(problem)")
        try await dock.connection.script(SQL(raw: renaming(problem)))
        #expect(try await dock.due(changed.pipeline).states == [.loaded: ["2024-01"]])
        #expect(try await dock.due(changed.pipeline).changes == [])
        let fresh = try await self.dock(changed)
        #expect(try await content(dock) == content(fresh))
        for place in [dock, fresh] {
            #expect(try await place.load(changed).failures == [])
            try place.write(
                "agents.csv",
                "agent_id,since,team,phone\na1,2024-01-12 00:00:00,West,3\n"
            )
            #expect(try await place.load(changed).failures == [])
        }
        #expect(try await content(dock) == content(fresh))
        let after = try await dock.rows("select agent_key from desk.dim_agent order by 1")
        #expect(after.starts(with: before))
    }

    @Test("a column that gets another name and becomes historical is computed anew")
    func otherNameAndType() async throws {
        let dock = try await dock(definition())
        let changed = try definition([
            ("phone: { type: text }", "number: { type: text, scd: 2, from: phone }")
        ])
        let problem = try #require(await dock.problem { try await dock.create(changed) })
        for line in problem.split(separator: "\n") where line.contains(" rename column ") {
            try await dock.connection.script(
                SQL(raw: String(line.split(separator: "): ").last ?? ""))
            )
        }
        #expect(try await dock.load(changed).failures == [])
        #expect(
            try await dock.rows(
                "select number from desk.dim_agent where agent_id = 'a1' and valid_from < valid_to "
                    + "order by valid_from"
            ) == ["1", "2"]
        )
    }

    @Test("the key of a dimension without history is offered its other name, and its facts stay")
    func otherNameOfPlainKey() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let customer = Shop.customer
            .replacing("key: customer_id", with: "key: code")
            .replacing("customer_id: { type", with: "code: { from: customer_id, type")
        let changed = try Shop.definition(customer: customer)
        let problem = try #require(await dock.problem { try await dock.create(changed) })
        let sql = try renaming(problem)
        #expect(
            sql == #"alter table "shop"."dim_customer" rename column "customer_id" to "code";"#
        )
        try await dock.connection.script(SQL(raw: sql))
        #expect(try await dock.due(changed.pipeline).changes == [])
        #expect(try await dock.load(changed, periods: "2024-01..2024-02").failures == [])
        #expect(
            try await dock.rows(
                "select sale_id, code from shop.fact_sale join shop.dim_customer using (customer_key) "
                    + "order by 1"
            ) == ["s1|c1", "s2|c2", "s3|c1", "s4|c2"]
        )
    }

    @Test("a key that has another type, too, is offered no other name")
    func otherKey() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let customer = Shop.customer
            .replacing("key: customer_id", with: "key: code")
            .replacing(
                "customer_id: { type: text",
                with: "code: { from: customer_id, type: integer"
            )
        let problem = try #require(
            await dock.problem { try await dock.create(Shop.definition(customer: customer)) }
        )
        #expect(!problem.contains("rename column"), "\(problem)")
    }

    /// What a refusal says to do does it: the table fits, and no key of before is given again.
    private func expectMended(
        by problem: String,
        definition: Definition,
        at dock: Dock
    ) async throws {
        let before = try await dock.row("select max(agent_key) from desk.dim_agent")
        for line in problem.split(separator: "\n").dropFirst() where !line.contains("-- then") {
            try await dock.connection.query(SQL(raw: String(line)))
        }
        let states = try await dock.due(definition.pipeline).states
        #expect(states == [.stale: ["2024-01"]])
        #expect(try await dock.load(definition).failures == [])
        #expect(
            try await dock.rows(
                "select min(agent_key) > \(before) as fresh from desk.dim_agent where agent_key > 0"
            ) == ["t"]
        )
        #expect(
            try await dock.row(
                "select count(*) from desk.fact_call join desk.dim_agent using (agent_key)"
            ) == "2"
        )
    }
}
