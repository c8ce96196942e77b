// SPDX-License-Identifier: Apache-2.0
import Site

/// What an upstream says a call used, and what is counted where it says nothing.
struct UpstreamUsage: Sendable, Equatable {
    var promptTokens: Int
    var completionTokens: Int

    /// The usage of an answer or of an event; nil where it tells none.
    ///
    /// Both spellings are read: `prompt_tokens` of chat completions, `input_tokens` of responses.
    init?(_ bytes: [UInt8], in object: JSONObject) {
        guard let range = object["usage"], let usage = try? JSONObject(bytes, in: range) else {
            return nil
        }
        let prompt = usage["prompt_tokens"] ?? usage["input_tokens"]
        let completion = usage["completion_tokens"] ?? usage["output_tokens"]
        guard let prompt = JSONText.integer(bytes, prompt), prompt >= 0,
            let completion = JSONText.integer(bytes, completion), completion >= 0
        else { return nil }
        promptTokens = prompt
        completionTokens = completion
    }

    init(promptTokens: Int, completionTokens: Int) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
    }

    var quantities: CallQuantities {
        CallQuantities(promptTokens: promptTokens, completionTokens: completionTokens)
    }

    /// Tokens of a text nobody counted for us: one for each four bytes, the usual mean of English.
    static func tokens(bytes: Int) -> Int { (bytes + 3) / 4 }
}

/// Counts the bytes of the words in an answer, wherever its shape puts them.
enum AnswerWords {
    /// Bytes of the strings named `content`, `text`, `arguments`, `refusal`, `reasoning_content`
    /// or `delta` in a JSON value, as they are spelled.
    static func bytes(in text: [UInt8], _ range: Range<Int>) -> Int {
        var sum = 0
        count(text, range, depth: 0, &sum)
        return sum
    }

    private static let names: [StaticString] = [
        "content", "text", "arguments", "refusal", "reasoning_content", "delta",
    ]

    private static func count(_ text: [UInt8], _ range: Range<Int>, depth: Int, _ sum: inout Int) {
        guard depth < 8, let first = range.first else { return }
        var scanner = JSONScanner(text, range)
        var inner: [Range<Int>] = []
        switch text[first] {
        case UInt8(ascii: "{"):
            var found = 0
            try? scanner.object(depth: 0) { name, _, value in
                guard let start = value.first else { return }
                if text[start] != UInt8(ascii: "\"") {
                    inner.append(value)
                } else if names.contains(where: { JSONText.equals(text[name], $0) }) {
                    found += value.count - 2
                }
            }
            sum += found
        case UInt8(ascii: "["): try? scanner.array(depth: 0) { inner.append($0) }
        default: return
        }
        for value in inner { count(text, value, depth: depth + 1, &sum) }
    }
}
