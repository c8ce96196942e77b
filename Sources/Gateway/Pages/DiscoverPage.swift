// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Hummingbird
import Records
import Site
import Timelines
import Workbench

/// Counts cohorts that are pasted or built; every answer shown is an entry of the ledger.
struct DiscoverPage: Sendable {
    private let service: Service
    private let desk: DiscoveryDesk

    init(service: Service) {
        self.service = service
        desk = DiscoveryDesk(service)
    }

    private var smallCell: Int { service.site.configuration.smallCell }
    private static let noData = "Bring records in with bedside import."

    func start() async throws -> DiscoverView {
        var view = try await empty()
        view.examples =
            [
                DiscoverView.Example(
                    name: "Type 2 diabetes with HbA1c of 7 % or more",
                    sentence: "Adults with a value that high within a year of the diagnosis.",
                    definition: ExampleCohort.json)
            ]
            + ExampleQuestions.all.map {
                DiscoverView.Example(name: $0.name, sentence: $0.sentence, definition: $0.json)
            }
        return view
    }

    /// The page before anything is asked, with the codes to choose from.
    private func empty() async throws -> DiscoverView {
        let (desk, smallCell) = (desk, smallCell)
        return try await Background.run {
            var view = DiscoverView(smallCell: smallCell)
            if let ground = try desk.ground() { view.suggestions = ground.frequentCodes() }
            return view
        }
    }

    /// What a posted form asks for.
    func view(_ form: Form) async throws -> DiscoverView {
        let posted = DiscoverForm(fields: form.fields)
        var view = try await empty()
        view.definition = posted.definition
        view.draft = posted.draft
        view.isBuilding = posted.isBuilding
        switch posted.action {
        case .count: return try await counted(Array(posted.definition.utf8), in: view)
        case .build(let question):
            let desk = desk
            let definition = try await Background.run {
                try desk.ground().map { AlgebraDefinition(question, in: $0).json() }
            }
            guard let definition else {
                view.outcome = .noData(DiscoverPage.noData)
                return view
            }
            view.definition = String(decoding: definition, as: UTF8.self)
            return try await counted(definition, in: view)
        case .search(let text): view.search = try await search(text)
        case .edit:
            // What was found stays while codes are added.
            if !posted.searchText.isEmpty { view.search = try await search(posted.searchText) }
        case .needed(let problem): view.needed = problem
        }
        return view
    }

    private func search(_ text: String) async throws -> DiscoverView.Search {
        let desk = desk
        return try await Background.run {
            DiscoverView.Search(
                text: text, found: try desk.ground().map { $0.codes(named: text) } ?? [])
        }
    }

    private func counted(_ json: [UInt8], in page: DiscoverView) async throws -> DiscoverView {
        var view = page
        guard json.count <= DefinitionStore.longest else {
            view.outcome = .refused(.init(sentence: DefinitionStore.tooLong.pageSentence))
            return view
        }
        if let refusal = try await Background.run({ try DiscoverPage.refusal(of: json) }) {
            view.outcome = .refused(refusal)
            return view
        }
        let desk = desk
        do {
            let release = try await Background.run { try desk.count(json) }
            view.outcome = .counted(try await shown(release))
            view.mayExplain = true
        } catch let error as SiteError {
            switch error {
            case .nothingImported: view.outcome = .noData(DiscoverPage.noData)
            case .refused: view.outcome = .refused(.init(sentence: error.pageSentence))
            default: throw error
            }
        }
        return view
    }

    /// Why a text is no definition; nil where it is one.
    private static func refusal(of json: [UInt8]) throws -> DiscoverView.Refusal? {
        do {
            _ = try CohortQuestion(json: json)
            return nil
        } catch {
            return try DiscoverView.Refusal(error)
        }
    }

    /// What of an answer is shown, once it is on record.
    private func shown(_ release: DiscoveryRelease) async throws -> DiscoverView.Result {
        let index = try await desk.record(release, actor: WorkUpPage.principal)
        return DiscoverView.Result(release, ledgerIndex: index)
    }
}

extension DiscoverPage {
    /// The page of a stored definition with what the address chooses.
    func view(_ digest: String?, _ query: String?) async throws -> DiscoverView {
        guard let fields = Form(Array((query ?? "").utf8))?.fields else {
            throw PageRefusal.noDefinition
        }
        return try await view(digest, DiscoverChoice(fields: fields))
    }

    private func view(_ digest: String?, _ choice: DiscoverChoice) async throws -> DiscoverView {
        let (desk, digest) = (desk, digest ?? "")
        let answer = try await Background.run { () throws -> Answer? in
            guard let text = try desk.definitions.text(of: digest) else { return nil }
            guard let ground = try desk.ground() else { return Answer(text: text) }
            let codes = choice.outcomeCodes.flatMap { ground.codes(of: $0, withDescendants: false) }
            let known = Array(Set(codes.filter { ground.store.codeIndex($0) != nil })).sorted()
            let outcome =
                known.isEmpty ? nil : Outcome(name: ground.name(of: known), codes: known)
            let request = DiscoveryRequest(
                digest: digest, off: choice.off, outcome: outcome,
                days: outcome == nil ? nil : choice.days)
            return Answer(
                text: text, release: try desk.answer(request), suggestions: ground.frequentCodes())
        }
        guard let answer else { throw PageRefusal.noDefinition }
        var view = DiscoverView(
            definition: String(decoding: answer.text, as: UTF8.self),
            suggestions: answer.suggestions, choice: choice, smallCell: smallCell,
            mayExplain: true)
        guard let release = answer.release else {
            view.outcome = .noData(DiscoverPage.noData)
            return view
        }
        var result = try await shown(release)
        if release.request.outcome == nil, !choice.outcome.isEmpty {
            result.followUp = .refused("None of these codes is on record here.")
        }
        view.outcome = .counted(result)
        return view
    }

    private struct Answer: Sendable {
        var text: [UInt8]
        /// Nil before the first import.
        var release: DiscoveryRelease?
        var suggestions: [DiscoverView.Suggestion] = []
    }

    /// One file of what the page of the same address shows.
    func file(_ name: String?, of digest: String?, _ query: String?) async throws -> Response {
        guard let file = name.flatMap(DiscoverFile.init(rawValue:)) else {
            throw PageRefusal.noFile
        }
        let view = try await view(digest, query)
        guard case .counted(let result) = view.outcome,
            let bytes = result.bytes(of: file, definition: view.definition)
        else { throw PageRefusal.noFile }
        return Response(
            status: .ok,
            headers: [
                .contentType: file.contentType,
                .contentDisposition: "attachment; filename=\"\(file.rawValue)\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Why one subject is in or out; asking is on record, whatever the answer.
    func explained(_ form: Form, _ digest: String?) async throws -> DiscoverView {
        let choice = DiscoverChoice(fields: form.fields)
        var view = try await view(digest, choice)
        let text: String
        do throws(DiscoverProblem) {
            text = try DiscoverForm.subject(form.fields)
        } catch {
            view.needed = error
            return view
        }
        let nobody = DiscoverView.Explanation(
            subject: text, finding: .nothing("The timelines here have no patient of that number."))
        view.explanation = nobody
        let desk = desk
        let named = try await Background.run { try desk.subject(named: text) }
        guard let subject = named else { return view }
        let request = DiscoveryRequest(digest: digest ?? "", off: choice.off)
        try await desk.recordQuestion(about: subject, request, actor: WorkUpPage.principal)
        let report = try await Background.run { try desk.explain(subject, request) }
        if let report {
            view.explanation = DiscoverView.Explanation(subject: text, finding: .init(report))
        }
        return view
    }
}

extension PageRefusal {
    static let noDefinition = PageRefusal(
        status: .notFound, title: "Not found",
        sentence: "No definition is kept here under that name.",
        needed: ["Count it again: paste it or build it on the Discover page."])
}

extension DiscoverView.Refusal {
    /// What a reader of definitions refused.
    ///
    /// - Throws: the error where it is not about the definition.
    init(_ error: any Error) throws {
        switch error {
        case let error as CohortError:
            let sentence = error.sentence
            self.init(sentence: sentence.prefix(1).uppercased() + sentence.dropFirst())
        case CirceError.unsupported(let line, let path):
            self.init(
                sentence: "It uses a construct that is not supported.",
                constructs: [
                    .init(
                        name: String(path.split(separator: ".").last ?? "?"),
                        place: "line \(line), \(path)",
                        reason: "leaving it out would change the cohort")
                ])
        case let error as CirceError: self.init(sentence: error.sentence)
        default: throw error
        }
    }
}

extension DiscoverView.Explanation.Finding {
    init(_ report: WhyReport) {
        func mention(_ mention: WhyReport.Mention) -> DiscoverView.Explanation.Mention {
            .init(
                code: mention.code, name: mention.name, day: mention.day, value: mention.value,
                note: mention.note)
        }
        self = .rules(
            isMember: report.isMember, summary: report.summary,
            report.rules.map { rule in
                .init(
                    name: rule.name, isMet: rule.isMet, isOn: rule.isOn, reason: rule.reason,
                    fired: rule.fired.map(mention), nearMisses: rule.nearMisses.map(mention))
            })
    }
}
