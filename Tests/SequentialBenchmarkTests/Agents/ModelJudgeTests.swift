// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Testing

@testable import SequentialBenchmark

@Suite("A language model as judge")
struct ModelJudgeTests {
    @Test("a score from 1 to 5 is a verdict by the model")
    func verdict() async {
        let judge = ModelJudge(StubChatModel { _, _ in #"{"score":4,"reason":"close"}"# })
        let found = await judge.judge(StatedDiagnosis(name: "x"), RunFixture.cases[0])
        #expect(found.verdict == Verdict(score: 4, reason: "close", by: .model))
        #expect(found.exchanges.map(\.purpose) == ["judge"])
    }

    @Test(
        "any other score, or none, is no verdict",
        arguments: [#"{"score":0}"#, #"{"score":6}"#, #"{"score":"good"}"#, "good"])
    func none(_ reply: String) async {
        let judge = ModelJudge(StubChatModel { _, _ in reply })
        let found = await judge.judge(StatedDiagnosis(name: "x"), RunFixture.cases[0])
        #expect(found.verdict == nil)
        #expect(!found.exchanges.isEmpty)
    }
}
