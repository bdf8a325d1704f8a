// Passkeys, and comforts that pages do without: everything essential works with scripts off.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function post(path, form, body) {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json", "x-form": form }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

async function register(form) {
  const { ceremony, challenge } = await post("/setup/passkey/begin", form, {});
  const options = challenge.publicKey;
  options.challenge = bytes(options.challenge);
  options.user.id = bytes(options.user.id);
  for (const known of options.excludeCredentials ?? []) known.id = bytes(known.id);
  const made = await navigator.credentials.create({ publicKey: options });
  const answer = {
    id: made.id, rawId: text(made.rawId), type: made.type, extensions: made.getClientExtensionResults(),
    response: { attestationObject: text(made.response.attestationObject), clientDataJSON: text(made.response.clientDataJSON), transports: made.response.getTransports?.() ?? null },
  };
  return post("/setup/passkey/finish", form, { ceremony, answer });
}

async function signIn(form, next) {
  const { ceremony, challenge } = await post("/sign-in/passkey/begin", form, {});
  const options = challenge.publicKey;
  options.challenge = bytes(options.challenge);
  for (const known of options.allowCredentials ?? []) known.id = bytes(known.id);
  const found = await navigator.credentials.get({ publicKey: options });
  const answer = {
    id: found.id, rawId: text(found.rawId), type: found.type, extensions: found.getClientExtensionResults(),
    response: {
      authenticatorData: text(found.response.authenticatorData), clientDataJSON: text(found.response.clientDataJSON),
      signature: text(found.response.signature), userHandle: found.response.userHandle ? text(found.response.userHandle) : null,
    },
  };
  return post("/sign-in/passkey/finish", form, { ceremony, answer, next });
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const button = place.querySelector("button");
  const fault = place.querySelector("[role=alert]");
  button.addEventListener("click", async () => {
    fault.hidden = true;
    button.disabled = true;
    try {
      const { form, next } = place.dataset;
      const { to } = place.dataset.passkey === "setup" ? await register(form) : await signIn(form, next ?? "");
      location.assign(to);
    } catch {
      fault.hidden = false;
      button.disabled = false;
      button.focus();
    }
  });
}

if (window.PublicKeyCredential) for (const only of document.querySelectorAll(".script-only")) only.hidden = false;
for (const without of document.querySelectorAll(".no-script")) without.hidden = true;
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// The code of a letter lies behind the # of its address: it reaches no server, and no history once it is read.
const form = document.querySelector("[data-code]");
if (form && location.hash.length > 1) {
  document.getElementById(form.dataset.code).value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  const next = form.querySelector("input:not([type=hidden]):not([name=code])");
  next?.focus();
}

// News: whoever only reads sees them at once; whoever types, chooses or decides is told, and nothing moves under their hands.
// Whoever answers inquiries sees in the title of every page how many wait.
const { live, counts, made } = document.body.dataset;
if ((live || counts !== undefined) && window.EventSource) {
  const news = document.getElementById("news");
  // What came back with a fault, or from an earlier session, was typed as well.
  let typed = document.body.dataset.typed !== undefined;
  let last;
  document.addEventListener("input", () => (typed = true));
  const offer = () => {
    const link = document.createElement("a");
    link.href = location.pathname;
    link.textContent = live;
    news.replaceChildren(link);
  };
  // What the clock alone changes is no news.
  const said = (main) => {
    const copy = main.cloneNode(true);
    copy.querySelectorAll("[data-clock]").forEach((part) => part.remove());
    return copy.innerHTML;
  };
  const look = async () => {
    const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [old, next] = [document.querySelector("main"), fresh.querySelector("main")];
    if (!next || said(old) === said(next)) return;
    // The title says what the page says, also while somebody types.
    document.title = fresh.title;
    const { changed } = document.body.dataset;
    if (!changed || typed || old.contains(document.activeElement)) return offer();
    old.replaceChildren(...next.childNodes);
    news.textContent = changed;
  };
  const hear = ({ data }) => {
    const [now, at, waiting] = data.split(" ");
    if (waiting) document.title = (waiting > 0 ? `(${waiting}) ` : "") + document.title.replace(/^\(\d+\) /, "");
    const heard = `${now} ${waiting}`;
    // At first: whether anything has changed since the page was made.
    if (live && (last === undefined ? made && made !== at : last !== heard)) look().catch(() => {});
    last = heard;
    wait = 5000;
  };
  // Browsers ask again when a connection breaks, but not after an answer that is no stream, such as a proxy's while the node starts anew.
  // Whoever is no longer signed in gets such an answer for good: so it is asked less and less often.
  let source;
  let wait = 5000;
  const listen = () => {
    source = new EventSource("/live");
    source.addEventListener("message", hear);
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(listen, wait);
      wait = Math.min(2 * wait, 120000);
    });
  };
  listen();
  addEventListener("pagehide", () => source.close());
}

// A form is sent only while the clinic answers: otherwise the browser would put its own error in the place of what was typed.
let asking = false;
let answered = false;
document.addEventListener("submit", async (event) => {
  const { target: sent, submitter } = event;
  const typedIn = [...sent.elements].some((field) => field.matches("textarea, select, input:not([type=hidden])"));
  if (answered || sent.method !== "post" || !typedIn) return;
  event.preventDefault();
  if (asking) return;
  asking = true;
  const told = sent.querySelector("[data-told]") ?? document.createElement("div");
  told.remove();
  try {
    await fetch(document.querySelector("script[src]").src, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(15000) });
    answered = true;
    sent.requestSubmit(submitter);
  } catch {
    told.dataset.told = "";
    told.className = "fault";
    told.setAttribute("role", "alert");
    told.textContent = document.body.dataset.offline;
    submitter?.before(told);
    told.scrollIntoView({ block: "center" });
  }
  asking = answered = false;
});

// A tablet at the bedside leaves nothing to go back to: browsers may keep a page that they leave in memory, whatever its headers say.
if (document.body.dataset.bedside !== undefined) {
  addEventListener("pagehide", () => document.body.replaceChildren());
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
}

// What went wrong is where reading goes on.
document.querySelector(".wrong input, .fault[role=alert]:not([hidden])")?.scrollIntoView({ block: "center" });
document.querySelector("[aria-invalid=true]")?.focus();
