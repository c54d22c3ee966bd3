// The secret of a receipt is made on the giver's device and stays there: the site gets the digest of
// a token when the gift is made, and the token itself when the link is opened. Neither tells it.
const hex = (buffer) =>
  [...new Uint8Array(buffer)].map((one) => one.toString(16).padStart(2, "0")).join("");
const sha256 = async (text) =>
  hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
const tokenOf = (secret) => sha256(`niangjia receipt\u0000${secret}`);
const KEPT = "niangjia-receipt";

const giving = document.querySelector("form [name=secret_digest]");
const make = async () => {
  const secret = hex(crypto.getRandomValues(new Uint8Array(16)));
  giving.value = await sha256(await tokenOf(secret));
  giving.form.addEventListener("submit", () => sessionStorage.setItem(KEPT, secret));
};
if (giving && globalThis.crypto?.subtle) make();

const offer = () => {
  const place = document.querySelector("[data-receipt-link]");
  const secret = sessionStorage.getItem(KEPT);
  if (!place?.hidden || !secret) return;
  const link = place.querySelector("a");
  link.href = `${link.href}#${secret}`;
  place.hidden = false;
};
offer();
document.addEventListener("htmx:afterSwap", offer);

const opening = document.querySelector("[data-receipt-open]");
const open = async () => {
  const secret = location.hash.slice(1);
  const body = new FormData(document.querySelector("[data-receipt-form]"));
  try {
    if (!secret) throw new Error("no secret");
    body.set("token", await tokenOf(secret));
    const answer = await fetch(location.pathname, { method: "POST", body });
    if (!answer.ok) throw new Error("refused");
    location.replace((await answer.json()).href);
  } catch {
    opening.querySelector("[data-receipt-failed]").hidden = false;
    opening.querySelector("[data-receipt-told]").hidden = true;
  }
};
if (opening) open();
