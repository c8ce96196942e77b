// SPDX-License-Identifier: Apache-2.0
// The browser's proof script against published vectors: every inclusion and consistency proof holds,
// and none with a flipped bit, a missing or an extra hash does.
//   node Checks/proof_script.mjs VECTORS
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const script = new URL("../Sources/Workbench/Assets/proof.js", import.meta.url);
// The asset has no package beside it that would call it a module.
const proof = await import("data:text/javascript," + encodeURIComponent(readFileSync(fileURLToPath(script), "utf8")));
const given = JSON.parse(readFileSync(process.argv[2], "utf8"));
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (data) => data && [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const flipped = (hash) => { const copy = bytes(hash); copy[7] ^= 4; return hex(copy); };
const tally = { held: 0, refused: 0 };
let wrong = 0;
const expect = (truth, what) => { if (!truth) { wrong += 1; console.log("BAD", what); } };

function broken(path) {
  const cases = path.map((hash, at) => path.map((other, here) => (here === at ? flipped(other) : other)));
  if (path.length > 0) cases.push(path.slice(1), path.slice(0, -1));
  cases.push([...path, "00".repeat(32)]);
  return cases;
}

for (const item of given.inclusion) {
  const holds = async (path) =>
    hex(await proof.rootFromInclusion(bytes(given.leaf_hashes[item.index]), item.index, item.size, path.map(bytes)))
      === given.roots[item.size];
  expect(await holds(item.proof), `inclusion ${item.index} of ${item.size}`);
  tally.held += 1;
  for (const path of broken(item.proof)) {
    expect(!(await holds(path)), `broken inclusion ${item.index} of ${item.size}`);
    tally.refused += 1;
  }
}
for (const item of given.consistency) {
  const holds = async (path) => {
    const roots = await proof.rootsFromConsistency(item.from, item.to, bytes(given.roots[item.from]), path.map(bytes));
    return roots !== null && hex(roots[0]) === given.roots[item.from] && hex(roots[1]) === given.roots[item.to];
  };
  expect(await holds(item.proof), `consistency ${item.from} to ${item.to}`);
  tally.held += 1;
  for (const path of broken(item.proof)) {
    expect(!(await holds(path)), `broken consistency ${item.from} to ${item.to}`);
    tally.refused += 1;
  }
}

// A checkpoint signed here: valid as it is, invalid with any other byte, size or key.
const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
const utf8 = new TextEncoder();
const base64 = (data) => Buffer.from(data).toString("base64");
const name = "hospital.example/ledger";
const named = Buffer.concat([utf8.encode(name + "\n"), Uint8Array.of(1), raw]);
const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", named)).slice(0, 4);
const line = `${name}+${hex(hash)}+${base64(Buffer.concat([Uint8Array.of(1), raw]))}`;
const body = `${name}\n8\n${base64(bytes(given.roots[8]))}\n`;
const signature = new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, pair.privateKey, utf8.encode(body)));
const note = `${body}\n\u2014 ${name} ${base64(Buffer.concat([hash, signature]))}\n`;
const key = await proof.parseKey(line);
expect(await proof.signatureOf(proof.parseCheckpoint(note), key) === "valid", "own checkpoint");
expect(await proof.signatureOf(proof.parseCheckpoint(note.replace("\n8\n", "\n9\n")), key) === "invalid", "other size");
signature[3] ^= 1;
const forged = `${body}\n\u2014 ${name} ${base64(Buffer.concat([hash, signature]))}\n`;
expect(await proof.signatureOf(proof.parseCheckpoint(forged), key) === "invalid", "flipped signature");
expect(await proof.signatureOf(proof.parseCheckpoint(note), { ...key, name: "other" }) === "invalid", "other key");
for (const text of ["", "x", body, note.replace("\n8\n", "\n-8\n"), "a\n1\nAAAA\n\n"]) {
  let refused = false;
  try { refused = await proof.signatureOf(proof.parseCheckpoint(text), key) !== "valid"; } catch { refused = true; }
  expect(refused, "not a checkpoint");
}
console.log(`${tally.held} proofs hold, ${tally.refused} broken ones refused, checkpoint signature checked: ${wrong === 0 ? "ok" : `${wrong} wrong`}`);
process.exit(wrong === 0 ? 0 : 1);
