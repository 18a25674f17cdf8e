/** The reference's looks: light and dark as the reader's system has it, readable from a phone up. */
export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5dae1, #384150); --soft: light-dark(#f3f5f8, #1a202b);
  --dim: light-dark(#4d5866, #a9b4c2); --link: light-dark(#0b57a4, #86bdf9); --back: light-dark(#fff, #11161f);
  --ink: light-dark(#17202b, #e7ecf2); }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--back); }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--back); padding: .5rem; z-index: 1; }
nav { padding: 1rem 1.25rem; background: var(--soft); border-bottom: 1px solid var(--line); }
nav .name { font-weight: 700; font-size: 1.15rem; margin: .25rem 0 1rem; }
nav h2 { font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--dim); margin: 1.1rem 0 .3rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { margin: .15rem 0; overflow-wrap: anywhere; }
nav a { text-decoration: none; font-size: .85rem; }
nav a:hover { text-decoration: underline; }
main { padding: 1.5rem 1.25rem 4rem; max-width: 62rem; min-width: 0; }
h1 { margin-top: 0; }
main h2 { margin-top: 3rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
article { margin: 2rem 0; }
h3 { font-size: 1.05rem; margin-bottom: .4rem; overflow-wrap: anywhere; }
h4 { margin: 1rem 0 .3rem; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto; }
.method { text-transform: uppercase; font-weight: 700; font-size: .75em; }
.get { color: light-dark(#0b6b3a, #6fd6a0); } .post { color: light-dark(#0b57a4, #86bdf9); }
.patch, .put { color: light-dark(#8a4b00, #f2b866); } .delete { color: light-dark(#a31621, #ff9a9f); }
.type { color: var(--dim); }
.fields { padding-left: 1.1rem; border-left: 2px solid var(--line); list-style: none; margin: .4rem 0; }
.fields li { margin: .2rem 0; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; display: block; overflow-x: auto; }
caption { text-align: left; font-weight: 700; padding: .3rem 0; }
th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; }
dt { margin-top: .5rem; } dd { margin: .2rem 0 .2rem 1rem; }
@media (min-width: 60rem) {
  body { display: grid; grid-template-columns: 21rem minmax(0, 1fr); }
  nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; border-bottom: 0; border-right: 1px solid var(--line); }
  main { padding: 2rem 3rem 5rem; }
}
`;
