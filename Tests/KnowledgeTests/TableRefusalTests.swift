// SPDX-License-Identifier: Apache-2.0
import Knowledge
import Testing

@Suite("altered tables are refused with file and line")
struct TableRefusalTests {
    let conditions: String
    let likelihoods: String
    let questions: String

    init() throws {
        conditions = try SharedData.table("conditions.tsv")
        likelihoods = try SharedData.table("likelihoods.tsv")
        questions = try SharedData.table("questions.tsv")
    }

    private func refusal(
        conditions: String? = nil, likelihoods: String? = nil, questions: String? = nil
    ) -> KnowledgeError? {
        do {
            _ = try KnowledgeBase.ddxplus(
                conditions: conditions ?? self.conditions,
                likelihoods: likelihoods ?? self.likelihoods,
                questions: questions ?? self.questions)
            return nil
        } catch {
            return error
        }
    }

    private func changing(_ text: String, line: Int, to new: (String) -> String?) -> String {
        var lines = text.split(separator: "\n").map(String.init)
        let changed = new(lines[line - 1])
        lines.remove(at: line - 1)
        if let changed { lines.insert(changed, at: line - 1) }
        return lines.joined(separator: "\n") + "\n"
    }

    @Test("the tables as shipped are accepted")
    func accepted() {
        #expect(refusal() == nil)
    }

    @Test("a row is missing")
    func missingRow() {
        #expect(
            refusal(questions: changing(questions, line: 9) { _ in nil })
                == .wrongCount(file: "questions.tsv", expected: 208, found: 207))
        #expect(
            refusal(likelihoods: changing(likelihoods, line: 100) { _ in nil })
                == .wrongCount(file: "likelihoods.tsv", expected: 562, found: 561))
    }

    @Test("a probability, a severity or a kind cannot be")
    func badValues() {
        for value in ["0", "-0.1", "1.01", "nan", "x", "0,5"] {
            let text = changing(likelihoods, line: 7) { line in
                (line.split(separator: "\t").prefix(2) + [Substring(value)]).joined(
                    separator: "\t")
            }
            #expect(
                refusal(likelihoods: text)
                    == .badRow(
                        file: "likelihoods.tsv", line: 7,
                        expected: "a probability above 0 and at most 1"))
        }
        #expect(
            refusal(conditions: changing(conditions, line: 3) { _ in "Scurvy\tE54\t6\t10" })
                == .badRow(
                    file: "conditions.tsv", line: 3,
                    expected: "a severity from 1 to 5 and a count of at least 1"))
        #expect(
            refusal(questions: changing(questions, line: 2) { _ in "E_0\tsign\ta b\tc?" })
                == .badRow(
                    file: "questions.tsv", line: 2,
                    expected: "the kind \"antecedent\" or \"symptom\""))
    }

    @Test("a row comes twice, names nothing known, or has a field too few")
    func badRows() {
        let repeated = likelihoods.split(separator: "\n").map(String.init)
        #expect(
            refusal(likelihoods: changing(likelihoods, line: 3) { _ in repeated[1] })
                == .duplicate(
                    file: "likelihoods.tsv", line: 3,
                    name: "Acute COPD exacerbation / infection with E_31"))
        #expect(
            refusal(likelihoods: changing(likelihoods, line: 3) { _ in "Scurvy\tE_31\t0.5" })
                == .unknownReference(file: "likelihoods.tsv", line: 3, name: "Scurvy"))
        #expect(
            refusal(likelihoods: changing(likelihoods, line: 3) { _ in "Anemia\t0.5" })
                == .badRow(file: "likelihoods.tsv", line: 3, expected: "3 filled fields"))
        #expect(
            refusal(likelihoods: "")
                == .wrongColumns(
                    file: "likelihoods.tsv",
                    expected: "condition, evidence, probability_of_yes"))
    }

    @Test("a changed figure changes the digest, and only a changed one")
    func digest() throws {
        let shipped = try KnowledgeBase.ddxplus()
        let same = try KnowledgeBase.ddxplus(
            conditions: conditions, likelihoods: likelihoods, questions: questions)
        #expect(same.digest == shipped.digest)
        #expect(shipped.digest.count == 32)
        let other = try KnowledgeBase.ddxplus(
            conditions: conditions,
            likelihoods: changing(likelihoods, line: 200) { line in
                let fields = line.split(separator: "\t")
                return "\(fields[0])\t\(fields[1])\t0.123456"
            }, questions: questions)
        #expect(other.digest != shipped.digest)
    }
}

@Suite("a fingerprint")
struct FingerprintTests {
    @Test("is 128-bit FNV-1a: the published values for no bytes, a, and foobar")
    func vectors() {
        func hash(_ text: String) -> String {
            var fingerprint = Fingerprint()
            for byte in text.utf8 { fingerprint.add(byte: byte) }
            return fingerprint.hexadecimal
        }
        #expect(hash("") == "6c62272e07bb014262b821756295c58d")
        #expect(hash("a") == "d228cb696f1a8caf78912b704e4a8964")
        #expect(hash("foobar") == "343e1662793c64bf6f0d3597ba446f18")
    }

    @Test("keeps two lists of texts apart")
    func lengths() {
        var left = Fingerprint()
        left.add("ab")
        left.add("c")
        var right = Fingerprint()
        right.add("a")
        right.add("bc")
        #expect(left.hexadecimal != right.hexadecimal)
    }
}

@Suite("a knowledge base made in memory")
struct KnowledgeBaseTests {
    private func make(
        severity: Int = 1, count: Int = 1, probabilities: [Double] = [0.1, 0.9],
        secondName: String = "B", shortName: String = "cough"
    ) -> KnowledgeError? {
        do {
            _ = try KnowledgeBase(
                conditions: [
                    .init(name: "A", icd10: "", severity: severity, trainCount: count),
                    .init(name: secondName, icd10: "", severity: 2, trainCount: 1),
                ],
                evidences: [
                    .init(
                        id: "E_1", question: "Do you cough?", isAntecedent: false,
                        shortName: shortName)
                ], probabilities: probabilities, source: "test", version: "1")
            return nil
        } catch {
            return error
        }
    }

    @Test("must fit together")
    func checks() {
        #expect(make() == nil)
        for refused in [
            make(severity: 0), make(severity: 6), make(count: 0), make(probabilities: [0.1]),
            make(probabilities: [0.1, 1.1]), make(probabilities: [.nan, 0.5]),
            make(secondName: "A"), make(shortName: "e_1"),
        ] {
            guard case .inconsistent = refused else {
                Issue.record("expected a refusal")
                continue
            }
        }
    }
}
