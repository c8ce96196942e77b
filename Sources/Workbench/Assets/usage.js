// SPDX-License-Identifier: Apache-2.0
// Keeps the usage page at the present: every two seconds the live part is fetched and put in place.
// It can be paused, and it rests while nobody looks.

const every = 2000;

export async function begin(part) {
  const state = part.querySelector("[data-state]");
  let isPaused = false;
  let isRunning = false;
  const toggle = document.createElement("button");
  toggle.type = "button";
  toggle.className = "quiet";
  const show = (sentence) => {
    toggle.textContent = isPaused ? "Go on" : "Pause";
    state.textContent = sentence;
  };
  toggle.addEventListener("click", () => {
    isPaused = !isPaused;
    show(isPaused ? "Paused." : "Live.");
  });
  part.prepend(toggle, " ");
  show("Live.");

  // A reader within the part keeps place: what is open stays open, and the focus is not moved.
  const isInUse = (live) => live.contains(document.activeElement) || live.querySelector("th[aria-sort]");

  async function refresh() {
    const live = document.getElementById("live");
    if (isPaused || isRunning || document.hidden || !live) return;
    if (isInUse(live)) {
      show("Waits while a table is in use.");
      return;
    }
    isRunning = true;
    try {
      const response = await fetch(part.dataset.liveFrom, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error("no answer");
      const { html } = await response.json();
      const fresh = new DOMParser().parseFromString(html, "text/html");
      const open = [...live.querySelectorAll("details")].map((details) => details.open);
      live.replaceChildren(...fresh.body.childNodes);
      live.querySelectorAll("details").forEach((details, at) => { details.open = open[at] ?? false; });
      dispatchEvent(new Event("bedside:changed"));
      if (!isPaused) show("Live.");
    } catch {
      show("The site does not answer; what is shown is the last it said.");
    } finally {
      isRunning = false;
    }
  }

  const timer = setInterval(() => {
    if (!part.isConnected) clearInterval(timer); else refresh();
  }, every);
}
