// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Workbench

@Suite("Forms of the play page")
struct PlayFormTests {
    private func action(_ fields: KeyValuePairs<String, String>) -> PlayForm.Action {
        PlayForm.action(fields.map { ($0.key, $0.value) })
    }

    @Test("a request is read without the space around it and never longer than the field")
    func requests() {
        #expect(action(["ask": "  any \n fever? "]) == .ask("any fever?"))
        #expect(action(["order": "CBC"]) == .order("CBC"))
        #expect(action(["look": "Gout"]) == .look("Gout"))
        #expect(
            action(["ask": String(repeating: "x", count: 9_000)])
                == .ask(
                    String(repeating: "x", count: 300)))
    }

    @Test(
        "what is missing is said, and nothing is done",
        arguments: [
            [("ask", " ")], [("order", "")], [("look", "")], [("csrf", "x")], [],
            [("diagnosis", ""), ("certainty", "50")], [("diagnosis", "Gout"), ("certainty", "")],
            [("diagnosis", "Gout"), ("certainty", "101")],
            [("diagnosis", "Gout"), ("certainty", "-1")],
            [("diagnosis", "Gout"), ("certainty", "NaN")], [("diagnosis", "Gout")],
        ])
    func missing(fields: [(String, String)]) {
        guard case .needed = PlayForm.action(fields.map { (name: $0.0, value: $0.1) }) else {
            Issue.record("\(fields)")
            return
        }
    }

    @Test("a diagnosis is committed first and confirmed by the button only")
    func commit() {
        let gout = PlayStatement(diagnosis: "Gout", isNoDisease: false, certainty: 60)
        #expect(action(["diagnosis": "Gout", "certainty": "60"]) == .commit(gout))
        #expect(action(["diagnosis": "Gout", "certainty": "60", "sure": "sure"]) == .confirm(gout))
        #expect(action(["diagnosis": "Gout", "certainty": "60", "sure": "on"]) == .goOn)
        #expect(
            action(["diagnosis": "", "no-disease": "yes", "certainty": "0"])
                == .commit(PlayStatement(diagnosis: "", isNoDisease: true, certainty: 0)))
    }

    @Test("a play begins only with an arm that was declared and a case")
    func beginning() throws {
        let fields = [("arm", "with the panel"), ("speciality", "neurology"), ("case", "surprise")]
        let read = try PlayForm.beginning(fields.map { ($0.0, $0.1) }).get()
        #expect(read == .init(arm: .panel, speciality: "neurology", number: nil))
        for wrong in [
            [("case", "1")], [("arm", "cheating"), ("case", "1")], [("arm", "unaided")],
            [("arm", "unaided"), ("case", "own-c1-001")],
        ] {
            #expect(throws: PlayForm.Refusal.self) {
                try PlayForm.beginning(wrong.map { ($0.0, $0.1) }).get()
            }
        }
    }

    @Test("a speciality that is not on the list does not enter the table: it could be a name")
    func specialities() throws {
        let fields = [("arm", "unaided"), ("speciality", "Dr. J. Doe"), ("case", "3")]
        let read = try PlayForm.beginning(fields.map { ($0.0, $0.1) }).get()
        #expect(read.speciality == "not stated")
        #expect(read.number == 3)
    }
}
