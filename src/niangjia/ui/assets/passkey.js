// Passkeys: a form with data-passkey asks the site what to sign, the device signs, the site checks.
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

async function post(address, token, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "X-CSRFToken": token, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const found = await answer.json();
  if (!answer.ok && found.next) location = found.next; // the password is asked first
  if (!answer.ok) throw new Error(found.message);
  return found;
}

function opened(options) {
  const listed = (options.excludeCredentials ?? []).concat(options.allowCredentials ?? []);
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const one of listed) one.id = bytes(one.id);
  return options;
}

function told(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (credential.response[name]) response[name] = text(credential.response[name]);
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-passkey]");
  if (!form) return;
  event.preventDefault();
  const said = form.querySelector("[data-refused]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  said.textContent = "";
  try {
    const publicKey = opened(await post(form.dataset.begin, token, {}));
    const credential =
      form.dataset.passkey === "make"
        ? await navigator.credentials.create({ publicKey })
        : await navigator.credentials.get({ publicKey });
    const found = await post(form.dataset.end, token, told(credential));
    location.assign(found.next);
  } catch (error) {
    said.textContent = error instanceof DOMException ? said.dataset.refused : error.message;
  }
});
