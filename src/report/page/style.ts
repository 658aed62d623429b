/** The style of the page. Its hash is in the policy, so that nothing else can style it. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1b2027; --muted: #5a6472; --line: #dfe3e9; --soft: #eef1f5;
  --accent: #3355cc; --on-accent: #ffffff; --link: #2a48b5;
  --error: #b3261e; --error-soft: #fbe9e7; --warning: #8a5200; --warning-soft: #fdf1dc; --info: #2f5f8a;
  --info-soft: #e6f0f9; --good: #1b6b3a; --good-soft: #e3f3e8;
  --train: #3d5fd6; --eval: #0b8276; --test: #cf4f16; --inference: #9a3fb0; --other: #6d7683; --none: #8b939f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151a; --card: #1a1f26; --text: #e7eaef; --muted: #a3adba; --line: #303844; --soft: #232a33;
    --accent: #8aa4ff; --on-accent: #10131a; --link: #a9bbff;
    --error: #ff9d94; --error-soft: #43211e; --warning: #f2bf6b; --warning-soft: #3a2c14; --info: #92c3ee;
    --info-soft: #1c2f40; --good: #86d9a2; --good-soft: #173324;
    --train: #8aa4ff; --eval: #45c9ba; --test: #ff9a62; --inference: #d88bea; --other: #a4adb9; --none: #7f8895;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 4rem; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", "PingFang SC",
    "Microsoft YaHei", sans-serif;
}
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 9; background: var(--card); padding: .5rem 1rem; border-radius: .5rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
header, main, footer { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.25rem; }
h1 { font-size: clamp(1.6rem, 4.5vw, 2.3rem); line-height: 1.2; margin: 0; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .25rem; letter-spacing: -.01em; }
h3 { font-size: 1rem; line-height: 1.35; margin: 0; overflow-wrap: anywhere; }
p { margin: .25rem 0; }
bdi { overflow-wrap: anywhere; }
.path, code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace; font-size: .875em; }
.eyebrow { color: var(--muted); font-size: .875rem; margin: 0 0 .35rem; }
.under { color: var(--muted); margin: .4rem 0 0; overflow-wrap: anywhere; }
.note { color: var(--muted); font-size: .9rem; max-width: 46rem; }
section { margin: 2.75rem 0 0; }
section > .note { margin-bottom: 1rem; }

.verdict { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1.1rem 0 0; padding: 0; list-style: none; }
.pill { display: inline-block; border-radius: 99px; padding: .15rem .7rem; font-size: .875rem; font-weight: 600;
  background: var(--soft); color: var(--text); }
.pill.error { background: var(--error-soft); color: var(--error); }
.pill.warning { background: var(--warning-soft); color: var(--warning); }
.pill.info { background: var(--info-soft); color: var(--info); }
.pill.good { background: var(--good-soft); color: var(--good); }

nav { position: sticky; top: 0; z-index: 2; background: var(--page); border-bottom: 1px solid var(--line); margin-top: 1.5rem; }
nav ul { max-width: 72rem; margin: 0 auto; padding: .55rem 1.25rem; list-style: none; display: flex; gap: 1.25rem; overflow-x: auto; }
nav a { text-decoration: none; font-size: .925rem; color: var(--muted); white-space: nowrap; }
nav a:hover { color: var(--text); text-decoration: underline; }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.75rem, 1fr)); gap: .75rem; margin: 1rem 0 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: .8rem 1rem; }
.tile dt { color: var(--muted); font-size: .85rem; }
.tile dd { margin: 0; font-size: 1.6rem; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -.02em; }
.tile.bad dd { color: var(--error); }
.tile dd + dd, .tile.bad dd + dd { font-size: .8rem; font-weight: 400; color: var(--muted); letter-spacing: 0; }

.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 1rem; margin-top: 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.15rem; margin: 0; min-width: 0; }
.grid.small { grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); }
.grid > figure { display: flex; flex-direction: column; }
.grid > figure > .plot { flex: 1; display: flex; flex-direction: column; justify-content: center; }
.plot { margin: .75rem 0 .5rem; }
.plot > svg { display: block; width: 100%; max-width: 28rem; height: auto; margin: 0 auto; overflow: visible; }
.plot > svg text { font-variant-numeric: tabular-nums; }
.legend { display: flex; flex-wrap: wrap; gap: .15rem 1rem; list-style: none; padding: 0; margin: .4rem 0 0; font-size: .85rem; color: var(--muted); }
.legend svg { width: .7rem; height: .7rem; margin-right: .35rem; vertical-align: -.05em; }

details { margin-top: .4rem; }
summary { cursor: pointer; font-size: .875rem; color: var(--muted); padding: .2rem 0; }
summary:hover { color: var(--text); }
.scroll { overflow: auto; max-height: 28rem; border: 1px solid var(--line); border-radius: .5rem; margin-top: .4rem; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { text-align: start; padding: .4rem .75rem; vertical-align: top; border-top: 1px solid var(--line); }
thead th { position: sticky; top: 0; background: var(--soft); border-top: 0; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 500; }
.n { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }

.rules { display: grid; gap: .75rem; margin-top: 1rem; }
.rule > summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: .3rem .7rem; color: var(--text); font-size: 1rem; padding: 0; }
.rule > summary::before { content: "▸"; color: var(--muted); width: .8rem; }
.rule[open] > summary::before { content: "▾"; }
.rule > summary::-webkit-details-marker { display: none; }
.rule > summary { list-style: none; }
.rule h3 { display: inline; }
.rule .count { margin-left: auto; color: var(--muted); font-variant-numeric: tabular-nums; font-size: .9rem; }
.rule dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem .9rem; margin: .8rem 0; font-size: .925rem; }
.rule dt { color: var(--muted); }
.rule dd { margin: 0; }
.examples { list-style: none; margin: .5rem 0 0; padding: 0; font-size: .9rem; }
.examples li { border-top: 1px solid var(--line); padding: .5rem 0; overflow-wrap: anywhere; }
.examples .path { color: var(--muted); display: block; }

.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15.5rem), 1fr)); gap: 1rem; margin-top: 1rem; }
.picture { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; overflow: hidden; margin: 0; display: flex; flex-direction: column; }
.picture.flagged { border-color: var(--warning); }
.picture.flagged.bad { border-color: var(--error); }
.picture img { display: block; width: 100%; height: 13rem; object-fit: contain; background: var(--soft); }
.picture .none { display: flex; align-items: center; justify-content: center; text-align: center; height: 13rem; padding: 1rem;
  color: var(--muted); background: var(--soft); font-size: .875rem; overflow: hidden; }
.picture figcaption { padding: .65rem .85rem .8rem; font-size: .85rem; display: grid; gap: .35rem; }
.pictures.blank .none { height: 5rem; }
.picture .name { font-weight: 600; }
.found { margin: 0; padding: 0; list-style: none; display: grid; gap: .25rem; overflow-wrap: anywhere; }
.severity { font-weight: 650; }
.severity.error { color: var(--error); } .severity.warning { color: var(--warning); } .severity.info { color: var(--info); }
.chips { display: flex; flex-wrap: wrap; gap: .3rem; list-style: none; margin: 0; padding: 0; }
.chips li { background: var(--soft); border-radius: 99px; padding: .05rem .55rem; font-size: .8rem; max-width: 100%; overflow-wrap: anywhere; }

.samples { list-style: none; margin: 1rem 0 0; padding: 0; display: grid; gap: .75rem; }
.samples > li { padding: .85rem 1.1rem; }
.quote { font-size: 1.02rem; white-space: pre-wrap; overflow-wrap: anywhere; }
mark { background: var(--info-soft); color: inherit; border-radius: .3rem; padding: .1em .25em; box-decoration-break: clone; -webkit-box-decoration-break: clone; border-bottom: 2px solid var(--accent); }
mark b { font-size: .7em; font-weight: 650; color: var(--info); margin-left: .35em; }
.meta { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: baseline; color: var(--muted); font-size: .85rem; margin-top: .35rem; }
.transcript { list-style: none; margin: .5rem 0 0; padding: 0; font-size: .95rem; }
.transcript li { display: grid; grid-template-columns: 11.5rem 1fr; gap: .1rem .9rem; padding: .3rem 0; border-top: 1px solid var(--line); }
.transcript .time { font-variant-numeric: tabular-nums; color: var(--muted); font-size: .875rem; }
.empty { padding: 1.5rem; text-align: center; color: var(--muted); }
footer { color: var(--muted); font-size: .85rem; margin-top: 3.5rem; padding-top: 1rem; padding-bottom: 2.5rem; border-top: 1px solid var(--line); }

@media (max-width: 34rem) {
  .tiles { grid-template-columns: repeat(2, 1fr); }
  .transcript li { grid-template-columns: 1fr; }
  .rule dl { grid-template-columns: 1fr; }
  .rule .count { margin-left: 0; }
  .card { padding: .85rem .9rem; }
}
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --card: #ffffff; --text: #000000; --muted: #444444; --line: #bbbbbb; --soft: #f0f0f0;
    --accent: #3355cc; --on-accent: #ffffff; --link: #000000;
    --error: #8e1d16; --error-soft: #ffffff; --warning: #6b4000; --warning-soft: #ffffff; --info: #244b6e; --info-soft: #ffffff;
    --good: #14532d; --good-soft: #ffffff;
    --train: #3d5fd6; --eval: #0b8276; --test: #cf4f16; --inference: #9a3fb0; --other: #6d7683; --none: #8b939f;
  }
  @page { margin: 14mm; }
  body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  nav, .skip { display: none; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .card, .picture, .tile, .samples > li { break-inside: avoid; }
  .rule { break-inside: auto; }
  h2, h3 { break-after: avoid; }
  .grid { grid-template-columns: 1fr 1fr; }
  .pictures { grid-template-columns: repeat(3, 1fr); }
  .picture img, .picture .none { height: 9rem; }
  .pill { border: 1px solid currentColor; }
  .plot + details:not([open]) { display: none; }
  .scroll { max-height: none; overflow: visible; }
}
`;
