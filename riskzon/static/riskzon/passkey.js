// Asks the browser for a key (WebAuthn) where a form says so, and sends what it answers. Without it the code from the app does.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ids = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const create = async (asked) => {
    const publicKey = { ...asked, challenge: bytes(asked.challenge), excludeCredentials: ids(asked.excludeCredentials) };
    publicKey.user = { ...asked.user, id: bytes(asked.user.id) };
    return navigator.credentials.create({ publicKey });
  };
  const get = async (asked) => {
    const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: ids(asked.allowCredentials) };
    return navigator.credentials.get({ publicKey });
  };
  const sent = ({ rawId, type, response }) => {
    const said = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"])
      if (response[name]) said[name] = text(response[name]);
    return JSON.stringify({ id: text(rawId), rawId: text(rawId), type, response: said });
  };

  if (!window.PublicKeyCredential) return;
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const [button, failed] = [form.querySelector("button"), form.querySelector("[data-failed]")];
    button.addEventListener("click", async () => {
      failed.hidden = true;
      button.disabled = true;
      try {
        const asked = JSON.parse(form.dataset.options);
        form.elements.credential.value = sent(await (form.dataset.passkey === "create" ? create : get)(asked));
        form.requestSubmit();
      } catch {
        // Cancelled, timed out, no such key here: the browser has said which.
        failed.hidden = false;
        button.disabled = false;
        button.focus();
      }
    });
    form.hidden = false;
  });
  document.querySelectorAll("[data-without-passkeys]").forEach((part) => (part.hidden = true));
})();
