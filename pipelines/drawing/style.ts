/** How every page of Earshot looks: dark and light, wide and narrow, one set of colours. */
export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1d1d22, #e6e6ea); --soft: light-dark(#5c5c66, #a2a2ad);
  --ground: light-dark(#fff, #16161b); --card: light-dark(#f6f6f8, #1f1f26); --edge: light-dark(#dcdce2, #34343e);
  --good: light-dark(#0a6b45, #5fd0a0); --bad: light-dark(#b3261e, #ff8a80);
  --c1: light-dark(#0072b2, #56b4e9); --c2: light-dark(#c2540a, #f0934e); --c3: light-dark(#007a5a, #3cc79b);
  --c4: light-dark(#a8467f, #e39cc4); --c5: light-dark(#8a6d00, #e6c229); --c6: light-dark(#6a4cb0, #b39ddb);
  --c7: light-dark(#6b6b70, #a8a8b0); --c8: light-dark(#7a4b3a, #c9a08c) }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.2rem 1rem 3rem; max-width: 84rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--ground); overflow-wrap: anywhere }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; line-height: 1.25 } h2 { font-size: 1.15rem; margin: 2rem 0 .4rem }
h3 { font-size: .98rem; margin: 0 0 .2rem } p { margin: .35rem 0; max-width: 62rem } a { color: var(--c1) }
.soft { color: var(--soft) } .bad { color: var(--bad) }
small { font-size: .86rem; color: var(--soft) }
nav { margin: .7rem 0; display: flex; flex-wrap: wrap; gap: .2rem .9rem; font-size: .92rem }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .7rem; margin: 1rem 0 }
.tile, .card { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; min-width: 0 }
.tile { padding: .6rem .8rem } .tile b { display: block; font-size: 1.25rem; line-height: 1.3 }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: .9rem }
.card { padding: .8rem .8rem .7rem } .cards + .cards, .card + .cards, .cards + .card { margin-top: .9rem }
.plot { display: block; width: 100%; max-width: 32rem; height: auto; overflow: visible; --plot-background: var(--card) }
.plot text { white-space: pre }
.legend { display: flex; flex-wrap: wrap; gap: .1rem .9rem; margin: .3rem 0 0; padding: 0; list-style: none;
  font-size: .86rem; line-height: 1.4 }
.legend i { display: inline-block; width: 1.1rem; border-top: 3px solid var(--ink-of); margin-right: .35rem;
  vertical-align: middle } .legend i.dash { border-top-style: dashed }
.legend i.spot { width: .7rem; height: .7rem; border: 0; border-radius: 50%; background: var(--ink-of) }
.scroll { overflow-x: auto } table { border-collapse: collapse; overflow-wrap: break-word; font-size: .9rem; font-variant-numeric: tabular-nums }
td, th { text-align: left; padding: .22rem .9rem .22rem 0; border-bottom: 1px solid var(--edge); vertical-align: top }
th { font-weight: 600; white-space: nowrap } td.number, th.number { text-align: right; white-space: nowrap }
details { margin: .5rem 0 } summary { cursor: pointer }
figure { margin: 0; max-width: 28rem } figure svg { display: block; width: 100%; height: auto }
figcaption { font-size: .9rem } audio { display: block; width: 100%; height: 2.4rem; margin-top: .3rem }
.graph { background: #fff; border-radius: 8px; padding: .3rem; overflow-x: auto }
@media (prefers-color-scheme: dark) { .graph { background: #1f1f1f } .graph svg { filter: invert(.88) hue-rotate(180deg) } }
.graph svg { display: block; margin: 0 auto; max-width: 100%; min-width: 40rem; height: auto }
.maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 36rem), 1fr)); gap: 1.2rem }
.map { display: block; width: 100%; height: min(40rem, 90vw); margin: .3rem 0; touch-action: none }
.map:focus-visible { outline: 2px solid var(--c1); outline-offset: 2px; border-radius: 6px }
.legend button { font: inherit; color: inherit; background: none; border: 0; padding: .1rem 0; cursor: pointer }
.legend button[aria-pressed=true] { text-decoration: underline; font-weight: 600 }
@media (max-width: 30rem) { body { padding: .8rem .6rem 2rem } .tile { padding: .45rem .6rem } .tile b { font-size: 1.1rem }
  td, th { padding-right: .6rem } }
`
