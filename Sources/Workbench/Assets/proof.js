// SPDX-License-Identifier: Apache-2.0
// Checks proofs of the ledger where the visitor sits: RFC 6962 hashes with the browser's SHA-256,
// signed-note checkpoints with its Ed25519. Nothing the server says about the outcome is used.

const text = new TextEncoder();
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const fromHex = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const fromBase64 = (encoded) => Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}
const leafHash = (record) => sha256(Uint8Array.of(0), record);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

// Sizes fit a double exactly, but not 32 bits: halves by arithmetic, never by shifts.
const half = (number) => Math.floor(number / 2);
const isOdd = (number) => number % 2 === 1;

// RFC 9162, 2.1.3.2. Calls `tell` with each node on the way; null where the proof has a wrong length.
export async function rootFromInclusion(leaf, index, size, proof, tell = () => {}) {
  let [at, last, node] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return null;
    if (isOdd(at) || at === last) {
      node = await nodeHash(sibling, node);
      tell("left", sibling, node);
      if (!isOdd(at)) while (at !== 0 && !isOdd(at)) { at = half(at); last = half(last); }
    } else {
      node = await nodeHash(node, sibling);
      tell("right", sibling, node);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 ? node : null;
}

// RFC 9162, 2.1.4.2: both roots from one proof, given the older one.
export async function rootsFromConsistency(from, to, oldRoot, proof) {
  if (from === to) return proof.length === 0 ? [oldRoot, oldRoot] : null;
  if (from === 0) return proof.length === 0 ? [oldRoot, null] : null;
  let [at, last] = [from - 1, to - 1];
  while (isOdd(at)) { at = half(at); last = half(last); }
  const rest = [...proof];
  // A tree of a power of two is one node of the larger tree: the older root itself.
  const seed = at === 0 ? oldRoot : rest.shift();
  if (!seed) return null;
  let [older, newer] = [seed, seed];
  for (const node of rest) {
    if (last === 0) return null;
    if (isOdd(at) || at === last) {
      older = await nodeHash(node, older);
      newer = await nodeHash(node, newer);
      while (at !== 0 && !isOdd(at)) { at = half(at); last = half(last); }
    } else {
      newer = await nodeHash(newer, node);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 ? [older, newer] : null;
}

export function parseCheckpoint(note) {
  const lines = note.replaceAll("\r\n", "\n").replace(/\n*$/, "\n").split("\n");
  const blank = lines.indexOf("");
  if (blank !== 3 || !/^(0|[1-9][0-9]*)$/.test(lines[1])) throw new Error("This is not a checkpoint.");
  const root = fromBase64(lines[2]);
  if (root.length !== 32) throw new Error("The checkpoint's root is not 32 bytes.");
  const signatures = lines.slice(4).filter((line) => line.startsWith("\u2014 ")).map((line) => {
    const [, name, encoded] = line.split(" ");
    return { name, bytes: fromBase64(encoded) };
  });
  return { origin: lines[0], size: Number(lines[1]), root, signatures,
           body: lines.slice(0, 3).join("\n") + "\n" };
}

export async function parseKey(line) {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(line.trim());
  if (!parts) throw new Error("The public key is not of the form name+hash+key.");
  const [, name, hash, encoded] = parts;
  const bytes = fromBase64(encoded);
  if (bytes.length !== 33 || bytes[0] !== 1) throw new Error("The public key is not an Ed25519 key.");
  const named = await sha256(text.encode(name + "\n"), bytes);
  if (hex(named.slice(0, 4)) !== hash) throw new Error("The public key's hash does not belong to it.");
  return { name, hash: named.slice(0, 4), bytes: bytes.slice(1) };
}

// "valid", "invalid" or "unable": older browsers have no Ed25519.
export async function signatureOf(checkpoint, key) {
  const own = checkpoint.signatures.filter(
    (line) => line.name === key.name && same(line.bytes.slice(0, 4), key.hash));
  if (own.length === 0) return "invalid";
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key.bytes, { name: "Ed25519" }, false, ["verify"]);
  } catch { return "unable"; }
  for (const line of own) {
    const holds = await crypto.subtle.verify(
      { name: "Ed25519" }, imported, line.bytes.slice(4), text.encode(checkpoint.body));
    if (!holds) return "invalid";
  }
  return "valid";
}

// One line of the list of steps: what was done, whether it holds, and the value it gave.
function teller(part) {
  const list = part.querySelector("[data-steps]");
  list.replaceChildren();
  const outcome = { failed: 0, skipped: 0 };
  const step = (name, state, value = "") => {
    const line = document.createElement("li");
    line.className = state;
    const mark = document.createElement("strong");
    mark.textContent = { holds: "Holds", fails: "Fails", skipped: "Not checked", done: "Computed" }[state];
    line.append(mark, " ", name);
    if (value) {
      const code = document.createElement("code");
      code.className = "long";
      code.textContent = value;
      line.append(" ", code);
    }
    list.append(line);
    if (state === "fails") outcome.failed += 1;
    if (state === "skipped") outcome.skipped += 1;
    return state === "holds";
  };
  return { step, outcome };
}

function conclude(part, kind, lead, sentence) {
  const box = part.querySelector("[data-verdict]");
  const notice = document.createElement("div");
  notice.className = `notice ${kind}`;
  const line = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = lead;
  line.append(strong, " ", sentence);
  notice.append(line);
  box.replaceChildren(notice);
  part.dataset.outcome = kind === "confirmation" ? "holds" : kind === "note" ? "partly" : "fails";
}

async function checkSignature(say, checkpoint, key, what) {
  const answer = await signatureOf(checkpoint, key);
  const state = { valid: "holds", invalid: "fails", unable: "skipped" }[answer];
  say.step(
    answer === "unable"
      ? `${what}: this browser has no Ed25519, so only the hashes are checked`
      : `${what}: Ed25519 signature of ${key.name}`, state);
}

const asJSON = async (address) => {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error("The site did not give the proof.");
  return response.json();
};

async function checkInclusion(part) {
  const say = teller(part);
  const area = part.querySelector("[data-bytes]");
  const given = await asJSON(part.dataset.proof);
  const checkpoint = parseCheckpoint(given.checkpoint);
  const key = await parseKey(part.querySelector("[data-key]").value);
  const record = text.encode(area.value);
  say.step(`Record: ${record.length} bytes, ${area.value === area.dataset.original
    ? "as on record" : "not those on record"}`, "done");
  const leaf = await leafHash(record);
  say.step("Leaf: SHA-256 over a zero byte and the record", "done", hex(leaf));
  let height = 0;
  const root = await rootFromInclusion(
    leaf, given.index, checkpoint.size, given.proof.map(fromHex), (side, sibling, node) => {
      height += 1;
      say.step(`Level ${height}: with the sibling on the ${side} ${hex(sibling).slice(0, 16)}\u2026 gives`,
               "done", hex(node));
    });
  const holds = root !== null && same(root, checkpoint.root);
  say.step(`Root: what was computed ${holds ? "is" : "is not"} what the checkpoint of ${
    checkpoint.size} entries states`, holds ? "holds" : "fails", hex(checkpoint.root));
  await checkSignature(say, checkpoint, key, "Checkpoint");
  verdict(part, say.outcome, "The proof holds.",
          "This record is in the tree that the signed checkpoint states.");
}

function verdict(part, outcome, lead, sentence) {
  if (outcome.failed > 0) {
    conclude(part, "problem", "The check fails.", "What is marked below does not follow.");
  } else if (outcome.skipped > 0) {
    conclude(part, "note", "The hashes hold.", "The signature was not checked: this browser has no Ed25519.");
  } else {
    conclude(part, "confirmation", lead, sentence);
  }
}

async function checkConsistency(part) {
  const say = teller(part);
  const key = await parseKey(part.querySelector("[data-key]").value);
  const old = parseCheckpoint(part.querySelector("[data-old]").value);
  const given = await asJSON(`${part.dataset.consistency}?from=${old.size}`);
  const now = parseCheckpoint(given.checkpoint);
  say.step(`Then: ${old.size} entries`, "done", hex(old.root));
  await checkSignature(say, old, key, "Checkpoint as kept");
  say.step(`Now: ${now.size} entries`, "done", hex(now.root));
  await checkSignature(say, now, key, "Checkpoint of now");
  say.step(`Origin: ${now.origin}`, old.origin === now.origin ? "holds" : "fails");
  const roots = await rootsFromConsistency(old.size, now.size, old.root, given.proof.map(fromHex));
  const [older, newer] = roots ?? [null, null];
  // An empty tree is the beginning of any; its root is the hash of nothing.
  const empty = old.size === 0 ? await sha256() : null;
  say.step("The proof gives the older root",
           older && same(older, empty ?? old.root) ? "holds" : "fails", older ? hex(older) : "");
  if (old.size > 0) {
    say.step("The same proof gives the root of now",
             newer && same(newer, now.root) ? "holds" : "fails", newer ? hex(newer) : "");
  }
  verdict(part, say.outcome, "Consistent.",
          `The first ${old.size} entries are the same then and now; ${now.size - old.size} came after.`);
}

// Another letter of the same length, so that nothing but the one byte differs.
function tamper(area) {
  const at = Math.max(0, area.value.search(/[a-z](?=[a-z])/));
  const letter = area.value[at] === "x" ? "y" : "x";
  area.value = area.value.slice(0, at) + letter + area.value.slice(at + 1);
}

async function act(part, what) {
  const area = part.querySelector("[data-bytes]");
  if (what === "tamper") tamper(area);
  if (what === "restore") area.value = area.dataset.original;
  try {
    await (what === "consistency" ? checkConsistency(part) : checkInclusion(part));
  } catch (problem) {
    conclude(part, "problem", "Not checked.", problem instanceof DOMException
      ? "What was pasted is not readable." : problem.message);
  }
}

export async function begin(part) {
  part.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (button) act(part, button.dataset.do);
  });
  const area = part.querySelector("[data-bytes]");
  if (area) {
    const response = await fetch(part.dataset.record);
    if (!response.ok) return;
    // Records are UTF-8; a text area would change the ends of lines, which canonical JSON has none of.
    area.value = area.dataset.original = new TextDecoder().decode(await response.arrayBuffer());
  }
  part.hidden = false;
  part.parentNode.querySelector("[data-without-script]")?.remove();
}
