// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Workbench

/// What the pages about models, keys, money and records say, and what they keep to themselves.
@Suite("Pages about money and records")
struct MoneyPageTests {
    private let samples = Samples()

    private func source(_ page: some WorkbenchPage) -> String {
        page.render(in: samples.frame)
    }

    @Test("the navigation has every place once, in two named lists, and marks the one shown")
    func navigation() throws {
        let page = Markup(source(samples.access(nil)))
        let links = page.tags.filter { $0.name == "a" }.compactMap { $0["href"] }
        for place in Place.allCases { #expect(links.contains(place.rawValue)) }
        #expect(PlaceGroup.allCases.flatMap(\.places).count == Place.allCases.count)
        #expect(Set(PlaceGroup.allCases.flatMap(\.places)) == Set(Place.allCases))
        let current = page.tags.filter { $0["aria-current"] == "page" }
        #expect(current.compactMap { $0["href"] } == ["/keys"])
        #expect(page.tags.count { $0.name == "ul" && $0["aria-labelledby"] != nil } == 2)
    }

    @Test("a key is shown where it was just made, and nowhere else")
    func keyIsShownOnce() {
        #expect(source(samples.access(.issued(name: "icu", key: "bsk_77"))).contains("bsk_77"))
        #expect(!source(samples.access(nil)).contains("bsk_"))
        let issued = samples.access(.issued(name: "icu", key: "bsk_77"))
        #expect(!issued.announcement.contains("bsk_"))
    }

    @Test("a budget's bar is as long as what is spent and held, and never longer than its track")
    func budgetBars() {
        let bar = usedBar(id: "b", title: "t", spent: 50, held: 25, limit: 100).render()
        #expect(bar.contains(#"<rect class="bar" x="0%" y="0" width="50%""#))
        #expect(bar.contains(#"<rect class="open" x="50%" y="1" width="25%""#))
        let over = usedBar(id: "b", title: "t", spent: 90, held: 30, limit: 100).render()
        #expect(over.contains(#"x="90%" y="1" width="10%""#))
        let none = usedBar(id: "b", title: "t", spent: 0, held: 0, limit: 0).render()
        #expect(!none.contains(#"class="bar""#) && !none.contains(#"class="open""#))
    }

    @Test("a limit of nothing of which something is spent is wholly used")
    func emptyBudget() {
        let budget = AccessView.Budget(
            scope: "team:a", period: "day", limitMicros: 0, spentMicros: 1, heldMicros: 0)
        #expect(budget.share == 1)
    }

    @Test("what is not known of a model is called not assessed")
    func unknownCard() {
        let model = CatalogueView.Model(
            id: "m", owner: "", version: "1", digest: "d", summary: "s", card: .init())
        let page = source(CatalogueView(models: [model], currency: "USD"))
        #expect(page.components(separatedBy: "not assessed").count == 9)
        #expect(page.contains("Calls are free of charge."))
    }

    @Test("a chart over minutes has a bar for each minute with calls, refused on top")
    func minuteChart() {
        let chart = minuteBars(
            id: "c", title: "t", description: "d", times: ["14:00", "14:01"],
            series: [
                .init(name: "answered", shape: "bar", values: [10, 0]),
                .init(name: "refused", shape: "against", values: [10, 0]),
            ], text: NumberText.whole
        ).render()
        // Two in the legend, and one of each in the first minute.
        #expect(chart.components(separatedBy: #"class="bar""#).count == 3)
        #expect(chart.components(separatedBy: #"class="against""#).count == 3)
        #expect(chart.contains(#"y="90" width="30.96%" height="60""#))
        #expect(chart.contains(#"y="30" width="30.96%" height="60""#))
        #expect(Markup("<x" + chart).unbalanced == nil)
    }

    @Test("the live part is what the page shows, so that a refresh changes nothing else")
    func livePart() {
        #expect(source(samples.usage).contains(samples.usage.livePart))
        #expect(source(samples.usage).contains(#"data-live-from="/usage/live""#))
    }

    @Test("payouts that do not add up are said not to")
    func payouts() {
        var view = samples.invoice(mismatches: 0)
        #expect(source(view).contains("add up to the total exactly"))
        view.bill?.shares[0].micros += 1
        #expect(source(view).contains("which is not the total"))
        #expect(source(samples.invoice(mismatches: 3)).contains("Prices differ."))
    }

    @Test("an invoice's links name month and account, escaped")
    func invoiceLinks() {
        var view = samples.invoice(mismatches: 0)
        view.account = .init(licensee: "a&b=c")
        #expect(
            view.address(of: .csv) == "/invoices/invoice.csv?month=2026-11&licensee=a%26b%3Dc")
        view.account = .init(licensee: "")
        #expect(view.address(of: .json) == "/invoices/invoice.json?month=2026-11")
    }

    @Test("the filter's page links keep what was asked for, and escape it")
    func filterLinks() {
        let page = source(samples.foundLedger)
        #expect(page.contains("actor=emergency%20%26%20co"))
        #expect(page.contains("&amp;before=1000"))
        #expect(page.contains("Search older entries"))
    }

    @Test("a spreadsheet takes nothing in the file of who saw what for a formula")
    func csv() {
        var found = WhoSawView.Found(digest: "d", rows: [], size: 1)
        found.rows = [
            .init(index: 7, time: "2026", actor: "=cmd()", model: "a,\"b\"", action: "answered")
        ]
        #expect(
            WhoSawView.csv(found)
                == "entry,time_utc,who,team,model,version,what,use\r\n"
                + "7,2026,'=cmd(),,\"a,\"\"b\"\"\",,answered,\r\n")
    }

    @Test("the handle is typed into a field that hides it and is never given back")
    func handleIsHidden() {
        let page = Markup(source(samples.whoSaw))
        let field = page.tags.first { $0["name"] == "subject" }
        #expect(field?["type"] == "password")
        #expect(field?["value"] == "")
    }

    @Test("money on an axis has two decimals or as many as it needs")
    func shortMoney() {
        #expect(NumberText.shortMicros(600_000) == "0.60")
        #expect(NumberText.shortMicros(1_234_000) == "1.234")
        #expect(NumberText.shortMicros(1) == "0.000001")
        #expect(NumberText.shortMicros(0) == "0.00")
    }
}

@Suite("Forms about keys and budgets")
struct AccessFormTests {
    private func form(_ fields: KeyValuePairs<String, String>) -> AccessForm {
        AccessForm(fields: fields.map { (name: $0.key, value: $0.value) })
    }

    @Test("what is filled in is what is asked for")
    func reads() {
        #expect(
            form([
                "do": "create", "name": " icu ", "team": "acute", "requests": "60", "days": "90",
            ])
                == .create(
                    .init(name: "icu", team: "acute", requestsPerMinute: 60, days: 90)))
        #expect(form(["do": "rotate", "name": "icu"]) == .rotate("icu"))
        #expect(form(["do": "revoke", "name": "icu"]) == .revoke("icu"))
        #expect(
            form([
                "do": "budget", "kind": "team", "owner": "acute", "period": "day",
                "limit": "250.5",
            ])
                == .budget(
                    .init(
                        kind: "team", name: "acute", model: "", period: "day",
                        micros: 250_500_000)))
    }

    @Test(
        "what can't be is refused with a sentence, and nothing is guessed",
        arguments: [
            ["do": "create"], ["do": "create", "name": "a", "requests": "0"],
            ["do": "create", "name": "a", "requests": "many"],
            ["do": "create", "name": "a", "days": "-1"], ["do": "revoke"], ["do": "delete"], [:],
            ["do": "budget", "kind": "team", "period": "day"],
            ["do": "budget", "kind": "king", "owner": "a", "period": "day"],
            ["do": "budget", "kind": "team", "owner": "a", "period": "week"],
            ["do": "budget", "kind": "team", "owner": "a", "period": "day", "limit": "1,5"],
        ])
    func refuses(fields: [String: String]) {
        let read = AccessForm(fields: fields.map { (name: $0.key, value: $0.value) })
        guard case .needed(let sentence) = read else {
            Issue.record("\(fields) was taken for \(read)")
            return
        }
        #expect(sentence.hasSuffix("."))
    }

    @Test("amounts are exact to the millionth and never rounded")
    func amounts() {
        #expect(AccessForm.micros("250") == 250_000_000)
        #expect(AccessForm.micros("0.000001") == 1)
        #expect(AccessForm.micros("0") == 0)
        for wrong in ["", ".", "1.", ".5", "-1", "1e3", "1.0000001", "1,000", "1.2.3", "٣"] {
            #expect(AccessForm.micros(wrong) == nil, "\(wrong)")
        }
    }
}

/// Writes every sample page into a directory, to look at in a browser.
@Suite struct PageGallery {
    static let directory = ProcessInfo.processInfo.environment["BEDSIDE_GALLERY"]

    @Test("every page is written for looking at", .enabled(if: directory != nil))
    func write() throws {
        let directory = try #require(PageGallery.directory)
        let assets = directory + "/assets"
        try FileManager.default.createDirectory(
            atPath: assets, withIntermediateDirectories: true)
        for name in WorkbenchAssets.names {
            let bytes = try #require(WorkbenchAssets.file(named: name)?.bytes)
            try Data(bytes).write(to: URL(fileURLWithPath: "\(assets)/\(name)"))
        }
        let samples = Samples()
        for (name, page) in samples.pages {
            try Data(page.bytes(in: samples.frame))
                .write(to: URL(fileURLWithPath: "\(directory)/\(name).html"))
        }
    }
}
