// SPDX-License-Identifier: Apache-2.0
// Calls the native dialect with the key that was typed, as any client would, and shows what came
// back. The key stays in its field: it is in no storage, no address and no log.

function line(kind, lead, ...rest) {
  const notice = document.createElement("div");
  notice.className = `notice ${kind}`;
  const words = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = lead;
  words.append(strong, " ", ...rest);
  notice.append(words);
  return notice;
}

function receipt(response) {
  const index = response.headers.get("x-ledger-index");
  const request = response.headers.get("x-request-id");
  const parts = [];
  if (index !== null && /^[0-9]+$/.test(index)) {
    const link = document.createElement("a");
    link.href = `/ledger/${index}`;
    link.textContent = `entry ${index}`;
    parts.push("On record as ", link, ". ");
  }
  if (request) parts.push(`Request ${request}.`);
  return parts;
}

async function call(part) {
  const answer = part.querySelector("[data-answer]");
  const button = part.querySelector("[data-do=call]");
  const model = part.querySelector("[data-model]").value;
  button.disabled = true;
  try {
    const began = performance.now();
    const response = await fetch(`/v1/panels/${encodeURIComponent(model)}:predict`, {
      method: "POST", credentials: "omit", cache: "no-store",
      headers: {
        Authorization: `Bearer ${part.querySelector("[data-key]").value.trim()}`,
        "Content-Type": "application/json",
      },
      body: part.querySelector("[data-case]").value,
    });
    const text = await response.text();
    const took = Math.max(1, Math.round(performance.now() - began));
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* shown as it came */ }
    const block = document.createElement("pre");
    block.tabIndex = 0;
    block.setAttribute("role", "region");
    block.setAttribute("aria-label", "Answer of the model");
    const code = document.createElement("code");
    code.textContent = shown;
    block.append(code);
    answer.replaceChildren(
      line(response.ok ? "confirmation" : "problem",
           `Status ${response.status}, ${took} ms.`, ...receipt(response)),
      block);
    part.dataset.status = response.status;
  } catch {
    answer.replaceChildren(line("problem", "No answer.", "The gateway could not be reached."));
  } finally {
    button.disabled = false;
  }
}

export async function begin(part) {
  part.querySelector("[data-do=call]").addEventListener("click", () => call(part));
  part.hidden = false;
  part.parentNode.querySelector("[data-without-script]")?.remove();
}
