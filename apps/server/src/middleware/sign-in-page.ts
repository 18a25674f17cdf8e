import { createHash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 16px/1.5 system-ui, sans-serif;
  background: light-dark(#f3f5f8, #11161f); color: light-dark(#17202b, #e7ecf2); }
main { width: min(24rem, 100vw - 2rem); }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
input, button { margin-top: .5rem; padding: .6rem .75rem; border-radius: 6px; border: 1px solid light-dark(#7c8798, #6b7789); }
input { background: light-dark(#fff, #1a202b); color: inherit; }
button { background: light-dark(#0b57a4, #86bdf9); color: light-dark(#fff, #10151d); font-weight: 600; border: 0; cursor: pointer; }
:focus-visible { outline: 3px solid light-dark(#0b57a4, #86bdf9); outline-offset: 2px; }
`;

const SCRIPT = `
const form = document.querySelector('form');
const said = document.querySelector('[role=alert]');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  said.textContent = '';
  try {
    const answer = await fetch('/api/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ api_key: form.elements.key.value }),
    });
    if (answer.ok) location.reload();
    else said.textContent = (await answer.json()).detail;
  } catch {
    said.textContent = 'the server does not answer';
  }
});
`;

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but what the page itself holds, and one request to this host. */
export const SIGN_IN_POLICY: string = [
  "default-src 'none'",
  `style-src ${hash(STYLE)}`,
  `script-src ${hash(SCRIPT)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Asks whoever opens a page of the management interface in a browser for the API key. */
export const SIGN_IN_PAGE: string = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Forebay: sign in</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Forebay</h1>
<form>
<label for="key">API key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<button>Sign in</button>
<p role="alert"></p>
</form>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
