// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Ledger

@Suite("Witnesses")
struct WitnessTests {
    private static func witness(_ fixture: LedgerFixture, name: String = "payer.example/w1") throws
        -> Witness
    {
        let path = "\(fixture.path)/\(name.replacingOccurrences(of: "/", with: "-"))"
        let key =
            FileManager.default.fileExists(atPath: path + ".key")
            ? try WitnessKey.load(path + ".key", name: name)
            : try WitnessKey.create(at: path + ".key", name: name)
        return try Witness(
            stateFile: path + ".state", key: key,
            logs: [LedgerFixture.origin: fixture.key.publicKey], now: { 1_679_315_147 })
    }

    @Test("the published example's lines are read as written, the witness's as a timestamped one")
    func publishedExample() throws {
        let text = """
            example.com/behind-the-sofa
            20852163
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

            \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
            \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==

            """
        let checkpoint = try Checkpoint(parsing: text)
        #expect(checkpoint.text == text)
        let line = checkpoint.signatures[1]
        #expect(line.bytes.count == 4 + 8 + 64)
        // The time in the example's signed message.
        #expect(line.bytes[4..<12].reduce(0) { $0 << 8 | Int($1) } == 1_679_315_147)
        #expect(
            WitnessPublicKey.message(seconds: 1_679_315_147, on: checkpoint) == """
                cosignature/v1
                time 1679315147
                example.com/behind-the-sofa
                20852163
                CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

                """)
    }

    @Test("a witness signs each checkpoint that continues the one before, and remembers it")
    func signs() throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        var witness = try WitnessTests.witness(fixture)
        var size = 0
        for batch in [1, 4, 300] {
            _ = try log.appendAndWait(LedgerFixture.records(0..<batch))
            let request = try log.witnessRequest(since: size)
            #expect(try AddCheckpointRequest(parsing: request.text) == request)
            let line = try witness.add(request)
            let cosigned = try log.attach([line], to: request.checkpoint, from: [witness.publicKey])
            #expect(
                cosigned.cosigners(among: [witness.publicKey])
                    == [Cosigner(name: "payer.example/w1", seconds: 1_679_315_147)])
            #expect(log.witnessed == cosigned)
            #expect(try Checkpoint(parsing: cosigned.text) == cosigned)
            #expect(cosigned.verify(fixture.key.publicKey))
            size = request.checkpoint.size
            // Opened again it still knows.
            witness = try WitnessTests.witness(fixture)
            #expect(witness.latest(origin: LedgerFixture.origin)?.size == size)
        }
        #expect(try witness.add(log.witnessRequest(since: size)).bytes.count == 76)
    }

    @Test("what a witness has to refuse it refuses with the status of the specification")
    func refuses() throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        _ = try log.appendAndWait(LedgerFixture.records(0..<5))
        let witness = try WitnessTests.witness(fixture)
        let first = try log.witnessRequest(since: 0)
        _ = try witness.add(first)
        _ = try log.appendAndWait(LedgerFixture.records(5..<9))
        let good = try log.witnessRequest(since: 5)
        func refusal(_ old: Int, _ proof: [Digest32], _ checkpoint: Checkpoint) -> WitnessRefusal? {
            do {
                _ = try witness.add(
                    AddCheckpointRequest(oldSize: old, proof: proof, checkpoint: checkpoint))
                return nil
            } catch { return error }
        }
        let root = good.checkpoint.root
        let stranger = try LedgerFixture()
        let foreign = try Checkpoint(
            origin: LedgerFixture.origin, size: 9, root: root, key: stranger.key)
        let other = try Checkpoint(origin: "bedside/other", size: 9, root: root, key: fixture.key)
        let forked = try Checkpoint(
            origin: LedgerFixture.origin, size: 9, root: root.flipped(bit: 3), key: fixture.key)
        let split = try Checkpoint(
            origin: LedgerFixture.origin, size: 5, root: root, key: fixture.key)
        let cases: [(WitnessRefusal?, Int)] = [
            (refusal(10, [], good.checkpoint), 400), (refusal(5, good.proof, foreign), 403),
            (refusal(5, good.proof, other), 404), (refusal(4, good.proof, good.checkpoint), 409),
            (refusal(0, [], good.checkpoint), 409), (refusal(5, [], split), 409),
            (refusal(5, good.proof, forked), 422), (refusal(5, [], good.checkpoint), 422),
            (refusal(5, good.proof.dropLast(), good.checkpoint), 422),
        ]
        for (refusal, status) in cases { #expect(refusal?.httpStatus == status) }
        #expect(cases[3].0?.body == "5\n" && cases[3].0?.contentType == "text/x.tlog.size")
        #expect(witness.latest(origin: LedgerFixture.origin)?.size == 5)
        _ = try witness.add(good)
    }

    @Test("verification can demand so many of a set; no changed byte of a line counts")
    func quorum() throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        _ = try log.appendAndWait(LedgerFixture.records(0..<5))
        let request = try log.witnessRequest(since: 0)
        let witnesses = try ["a.example", "b.example", "c.example"].map {
            try WitnessTests.witness(fixture, name: $0)
        }
        let keys = witnesses.map(\.publicKey)
        for key in keys { #expect(try WitnessPublicKey(text: key.text) == key) }
        #expect(throws: LedgerError.self) { try LedgerPublicKey(text: keys[0].text) }
        let lines = try witnesses.prefix(2).map { try $0.add(request) }
        let cosigned = request.checkpoint.adding(lines)
        #expect(cosigned.isWitnessed(by: 2, of: keys) && !cosigned.isWitnessed(by: 3, of: keys))
        #expect(!cosigned.adding(lines).isWitnessed(by: 3, of: keys))
        #expect(!cosigned.isWitnessed(by: 1, of: [keys[2]]))
        for position in lines[0].bytes.indices {
            var bytes = lines[0].bytes
            bytes[position] ^= 1
            let changed = Checkpoint.Signature(name: lines[0].name, bytes: bytes)
            #expect(!request.checkpoint.adding([changed]).isWitnessed(by: 1, of: keys))
        }
        // The same witness's key under another name is another key.
        let renamed = Checkpoint.Signature(name: "b.example", bytes: lines[0].bytes)
        #expect(!request.checkpoint.adding([renamed]).isWitnessed(by: 1, of: keys))
        #expect(throws: LedgerError.notWitnessed(found: 0, required: 1)) {
            try log.attach([renamed], to: request.checkpoint, from: keys)
        }
        let key = fixture.key.publicKey
        try log.attach(lines, to: request.checkpoint, from: keys)
        _ = try log.appendAndWait(LedgerFixture.records(5..<7))
        log.close()
        func report(_ required: Int) -> LedgerAudit.Report {
            LedgerAudit(kept: nil, publicKey: key, witnesses: keys, required: required)
                .run(directory: fixture.log)
        }
        #expect(report(2).ok && report(2).cosigners.map(\.name) == ["a.example", "b.example"])
        #expect(!report(3).ok)
    }

    @Test("a witness's key file and a log's are never taken for each other")
    func keyFiles() throws {
        let fixture = try LedgerFixture()
        _ = try WitnessKey.create(at: fixture.path + "/w.key", name: "w")
        #expect(throws: LedgerError.self) {
            try LedgerKey.load(fixture.path + "/w.key", name: "w")
        }
        #expect(throws: LedgerError.self) {
            try WitnessKey.load(fixture.path + "/ledger.key", name: LedgerFixture.origin)
        }
    }
}
