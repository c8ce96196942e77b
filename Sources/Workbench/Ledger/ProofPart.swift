// SPDX-License-Identifier: Apache-2.0

/// The check of one entry's proof in the visitor's own browser.
///
/// The server hands out bytes and hashes; what they amount to is computed by `proof.js` with the
/// browser's own SHA-256 and Ed25519. Without scripts a sentence says what to use instead.
func proofCheck(of index: Int, publicKey: String) -> HTML {
    section("Check it in this browser", id: "check") {
        withoutScript
        tag(
            "div",
            [
                "data-part": "proof", "data-proof": Place.proof(index),
                "data-record": Place.record(index), "hidden": "",
            ]
        ) {
            tag("p") {
                "The record, the proof and the signed checkpoint are fetched, and every step is "
                "computed here. Change a letter of the record and check again: the root no longer "
                "comes out."
            }
            tag("div", ["class": "field"]) {
                tag("label", ["for": "check-record"]) { "Record, byte for byte" }
                tag(
                    "textarea",
                    ["id": "check-record", "rows": "6", "spellcheck": "false", "data-bytes": ""]
                ) {}
            }
            keyField(publicKey, id: "check-key")
            tag("p", ["class": "answers"]) {
                tag("button", ["type": "button", "class": "primary", "data-do": "check"]) {
                    "Check the proof"
                }
                tag("button", ["type": "button", "data-do": "tamper"]) { "Change one byte" }
                tag("button", ["type": "button", "data-do": "restore"]) { "As on record" }
            }
            tag("div", ["data-verdict": "", "role": "status"]) {}
            tag("ol", ["class": "steps", "data-steps": ""]) {}
        }
    }
}

/// The check that an older checkpoint, kept elsewhere, is the beginning of today's tree.
func consistencyPart(publicKey: String) -> HTML {
    section("An older checkpoint", id: "consistency") {
        withoutScript
        tag("div", ["data-part": "proof", "data-consistency": Place.consistency, "hidden": ""]) {
            tag("p") {
                "Paste a checkpoint that was kept elsewhere. This browser checks both signatures "
                "and computes both roots from one proof: nothing before it was changed since."
            }
            tag("div", ["class": "field"]) {
                tag("label", ["for": "old-checkpoint"]) { "Checkpoint as kept" }
                tag(
                    "textarea",
                    ["id": "old-checkpoint", "rows": "6", "spellcheck": "false", "data-old": ""]
                ) {}
            }
            keyField(publicKey, id: "consistency-key")
            tag("p") {
                tag("button", ["type": "button", "class": "primary", "data-do": "consistency"]) {
                    "Compare with now"
                }
            }
            tag("div", ["data-verdict": "", "role": "status"]) {}
            tag("ol", ["class": "steps", "data-steps": ""]) {}
        }
    }
}

private func keyField(_ publicKey: String, id: String) -> HTML {
    tag("div", ["class": "field"]) {
        tag("label", ["for": id]) { "Public key of the ledger" }
        tag("span", ["class": "aside", "id": "\(id)-note"]) {
            "As the site states it; paste the one you were given to rely on nothing said here."
        }
        void(
            "input",
            [
                "type": "text", "id": id, "value": publicKey, "spellcheck": "false",
                "class": "mono", "autocomplete": "off", "data-key": "",
                "aria-describedby": "\(id)-note",
            ])
    }
}

/// Shown until a script takes over.
private var withoutScript: HTML {
    tag("p", ["class": "aside", "data-without-script": ""]) {
        "This check runs in the browser and needs scripts. On a command line the same is done by "
        tag("code") { "bedside ledger audit" }
        "."
    }
}
