// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
package import Governance
package import Knowledge
import Records

/// A model the gateway may serve.
package struct ServedModel: Sendable, Hashable, Codable {
    package let id: String
    /// Code version and digest of the knowledge: what an auditor matches a client's log to.
    package let version: String
    package let digest: String
    /// Seconds since 1970.
    package let created: Int
    package let owner: String
    package let summary: String

    package init(
        id: String, version: String, digest: String, created: Int, owner: String, summary: String
    ) {
        self.id = id
        self.version = version
        self.digest = digest
        self.created = created
        self.owner = owner
        self.summary = summary
    }
}

/// Where a call stands in the ledger.
package struct Receipt: Sendable, Hashable, Codable {
    /// Index of the entry that settled (or refused) the call; -1 where it has yet to get one.
    package let index: Int
    /// Size and root of the tree once that entry was durable.
    package let size: Int
    package let root: String

    package init(index: Int, size: Int, root: String) {
        self.index = index
        self.size = size
        self.root = root
    }
}

/// Who calls, through which surface, and what they say of the call.
package struct Caller: Sendable {
    package var principal: Principal
    package var dialect: String
    /// The caller's own name for this call; a repetition within 24 hours is billed nothing.
    package var idempotencyKey: String?
    /// The caller's handle for the patient; only a keyed digest of it is stored.
    package var subject: String?
    package var use: String?
    /// What the caller says of the encounter, for the intended use.
    package var setting: String?
    package var role: String?

    package init(principal: Principal, dialect: String, idempotencyKey: String? = nil) {
        self.principal = principal
        self.dialect = dialect
        self.idempotencyKey = idempotencyKey
    }
}

/// An answered call.
package struct ServedCall: Sendable {
    package let predictionID: String
    package let assessment: Assessment
    package let receipt: Receipt
    /// The same idempotency key was answered before: the receipt names that call's entry in the
    /// tree as it stands now, and nothing is billed again.
    package let isReplay: Bool
    /// What this call was billed; 0 for a replay.
    package let priceMicros: Int
    /// Inside the intended use, or not known to be: what the caller did not tell.
    package let intendedUse: IntendedUseVerdict
}

/// The hospital's own models behind one desk: what each dialect calls.
package struct CallService: Sendable {
    package let site: SiteDirectory
    package let knowledge: KnowledgeBase
    package let panel: Panel
    package let models: [ServedModel]
    package let keys: KeyStore
    /// Every call passes it; a gateway puts one in front that counts.
    package var desk: any CallDesk
    /// What the panel is for; evaluated on every call of it.
    package let intendedUse: IntendedUse
    /// The panel's card, for the catalogue.
    package let card: ModelCard

    /// The version of this code, part of every model version.
    package static let codeVersion = "0.1.0"
    /// The name under which the panel is served.
    package static let panelName = Panel.model

    /// Loads the models of a site; `desk` decides over calls and records them.
    ///
    /// - Parameter keys: who may call.
    package init(_ site: SiteDirectory, desk: any CallDesk, keys: KeyStore) throws(SiteError) {
        self.site = site
        self.desk = desk
        let knowledge = try stage { try KnowledgeBase.ddxplus() }
        self.knowledge = knowledge
        let configuration = site.configuration
        panel = Panel(
            knowledge: knowledge,
            settings: try Shipped.settings(
                floor: configuration.likelihoodFloor, stop: configuration.stopProbability,
                maxQuestions: configuration.maxQuestions))
        models = [
            ServedModel(
                id: CallService.panelName,
                version: "\(CallService.codeVersion)+\(panel.digest)",
                digest: panel.digest, created: 1_764_000_000, owner: configuration.name,
                summary: "Panel of five roles over \(knowledge.conditions.count) conditions and "
                    + "\(knowledge.evidences.count) yes/no findings. \(knowledge.source)")
        ]
        self.keys = keys
        intendedUse = try PanelCard.intendedUse(site)
        card = PanelCard.card(
            of: models[0], knowledge: knowledge, intendedUse: intendedUse,
            developer: configuration.name)
    }

    /// The principal holding a key; nil where nobody does.
    package func principal(forKey key: String) -> Principal? {
        keys.principal(forKey: key)
    }

    /// A model of the hospital's own by name.
    package func model(_ name: String) -> ServedModel? {
        models.first { $0.id == name }
    }

    /// Answers one case: reserve, assess, settle.
    ///
    /// - Throws: `SiteError`; nothing that was not recorded is ever returned. A case outside the
    ///   intended use gets no score: `.outsideIntendedUse` with the entry that says so.
    package func predict(_ input: CaseInput, model name: String, by caller: Caller)
        async throws(SiteError) -> ServedCall
    {
        guard let model = model(name) else { throw .unknownModel(name) }
        var ask = ask(model, caller, request: Files.json(input))
        let verdict = verdict(on: input, by: caller)
        ask.intendedUse = intendedUse.mark(verdict)
        guard verdict.allowsAnswer else {
            let receipt = try await desk.refuse(ask, reason: "outside_intended_use")
            throw .outsideIntendedUse(
                reasons: verdict.reasons.map(\.sentence), receipt: receipt)
        }
        switch try await desk.reserve(ask) {
        case .replay(let earlier):
            // The same version answers the same; another one's answer would not be on record.
            guard earlier.version == model.version else { throw .answeredByAnotherVersion }
            return ServedCall(
                predictionID: earlier.call, assessment: panel.assess(input),
                receipt: earlier.receipt, isReplay: true, priceMicros: 0,
                intendedUse: verdict)
        case .granted(let reservation):
            let assessment = panel.assess(input)
            let settled: SettledCall
            do throws(SiteError) {
                settled = try await desk.settle(
                    reservation, used: CallQuantities(predictions: 1),
                    answer: assessment.fingerprint, keepsAnswer: false, status: 200)
            } catch {
                await desk.release(reservation, reason: "not_recorded")
                throw error
            }
            return ServedCall(
                predictionID: settled.call, assessment: assessment, receipt: settled.receipt,
                isReplay: false, priceMicros: settled.priceMicros, intendedUse: verdict)
        }
    }

    /// Records a call that was refused for what it lacked; it costs nothing.
    ///
    /// - Parameter reason: words of this program, never of the caller.
    package func refuse(model name: String, by caller: Caller, reason: String)
        async throws(SiteError) -> Receipt
    {
        let model =
            model(name)
            ?? ServedModel(
                id: String(name.prefix(80)), version: "", digest: "", created: 0, owner: "",
                summary: "")
        return try await desk.refuse(ask(model, caller, request: []), reason: reason)
    }

    /// Whether a case is one the panel is for.
    private func verdict(on input: CaseInput, by caller: Caller) -> IntendedUseVerdict {
        var context = IntendedUseContext()
        context.age = input.age
        context.sex = input.sex
        context.setting = caller.setting
        context.userRole = caller.role
        context.use = caller.use ?? caller.principal.terms.use
        context.present = Set(input.findings.filter(\.isPresent).map(\.evidence))
        context.absent = Set(input.findings.filter { !$0.isPresent }.map(\.evidence))
        context.inputs = Set(input.findings.map(\.evidence))
        return intendedUse.evaluate(context)
    }

    private func ask(_ model: ServedModel, _ caller: Caller, request: [UInt8]) -> CallAsk {
        CallAsk(
            model: model, principal: caller.principal, dialect: caller.dialect,
            idempotencyKey: caller.idempotencyKey, request: request, subject: caller.subject,
            use: caller.use, worstCase: CallQuantities(predictions: 1))
    }
}

extension Assessment {
    /// What identifies the answer: model, conditions in order, and their exact probabilities.
    ///
    /// The rest of an assessment follows from these and the request.
    fileprivate var fingerprint: [UInt8] {
        var bytes = Array(modelDigest.utf8)
        for hypothesis in differential {
            bytes += Array(hypothesis.name.utf8)
            withUnsafeBytes(of: hypothesis.probability.bitPattern.littleEndian) {
                bytes.append(contentsOf: $0)
            }
        }
        return bytes
    }
}
