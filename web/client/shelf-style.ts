/**
 * Colours come from the page's own text colour, so that light and dark follow it. A constructed sheet is allowed under
 * a content policy that forbids inline styles. Two cards stand beside each other on the smallest phone.
 */
export const SHELF_STYLE = `
:host{display:block;font-family:var(--endcap-font,inherit)}
:host([hidden]){display:none}
section+section{margin-top:calc(2*var(--gap))}
div{--gap:var(--endcap-gap,1rem)}
[part=title]{margin:0 0 var(--gap);font-size:1.25em;line-height:1.3}
ul{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(var(--endcap-card-width,min(11rem,50% - .51*var(--gap))),100%),1fr));gap:var(--gap);margin:0;padding:0;list-style:none}
li{display:grid;min-width:0}
[part=link]{display:flex;flex-direction:column;gap:.25em;min-width:0;padding:0;border:0;border-radius:var(--endcap-radius,.5rem);background:none;color:inherit;font:inherit;text-align:start;text-decoration:none;cursor:pointer;overflow-wrap:anywhere}
[part=link]:hover [part=name]{text-decoration:underline;text-decoration-color:var(--endcap-accent,currentColor)}
[part=link]:focus-visible{outline:2px solid var(--endcap-accent,currentColor);outline-offset:3px}
[part=image]{display:block;box-sizing:border-box;width:100%;height:auto;aspect-ratio:4/3;object-fit:contain;border-radius:inherit;background:color-mix(in srgb,currentColor 6%,transparent)}
[part=name]{font-weight:600}
[part=price]{font-variant-numeric:tabular-nums}
[part=reason]{font-size:.875em}
`;
