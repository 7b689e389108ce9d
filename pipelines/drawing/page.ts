/** A report's page: one file, no network, dark and light, wide and narrow. */
import { escaped, htmlPage } from './html-page.js'

const STYLE = `
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
.graph svg { display: block; margin: 0 auto; max-width: 100%; min-width: 40rem; height: auto }

.maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 36rem), 1fr)); gap: 1.2rem }
.map { display: block; width: 100%; max-width: 46rem; height: auto; margin: .3rem 0; touch-action: manipulation }
.map circle { fill-opacity: .55 } .map .heard { fill-opacity: 1; stroke: var(--ink); stroke-width: 1; cursor: pointer }
.map .chosen { stroke-width: 3 } .map.only circle:not(.shown) { fill-opacity: .07; stroke-opacity: .1 }
.legend button { font: inherit; color: inherit; background: none; border: 0; padding: .1rem 0; cursor: pointer }
.legend button[aria-pressed=true] { text-decoration: underline; font-weight: 600 }
@media (max-width: 30rem) { body { padding: .8rem .6rem 2rem } .tile { padding: .45rem .6rem } .tile b { font-size: 1.1rem }
  td, th { padding-right: .6rem } }
`

export interface Section {
  id: string
  title: string
  /** HTML. */
  body: string
}

export interface PageContent {
  title: string
  /** HTML below the title. */
  head: string
  sections: readonly Section[]
  /** JavaScript at the end. */
  script?: string
}

export function page({ title, head, sections, script }: PageContent): string {
  const links = sections.map(({ id, title }) => `<a href="#${id}">${escaped(title)}</a>`)
  const body = `${head}
<nav>${links.join('')}</nav>
${sections.map(({ id, title, body }) => `<section id="${id}">\n<h2>${escaped(title)}</h2>\n${body}\n</section>`).join('\n')}`
  return htmlPage({ title, style: STYLE, body, script })
}

/** A figure that stands by itself: what it is called, the drawing, what it means. */
export function card(title: string, drawing: string, note = ''): string {
  return `<div class="card"><h3>${escaped(title)}</h3>${drawing}${note && `<small>${escaped(note)}</small>`}</div>`
}

export const cards = (all: readonly string[]) => `<div class="cards">${all.join('\n')}</div>`

export const sentence = (text: string) => `<p>${escaped(text)}</p>`

export function tiles(all: readonly (readonly [figure: string, name: string])[]): string {
  const each = all.map(
    ([figure, name]) => `<div class="tile"><b>${escaped(figure)}</b><small>${escaped(name)}</small></div>`,
  )
  return `<div class="tiles">${each.join('')}</div>`
}

export interface Column {
  title: string
  /** Numbers stand at the right. */
  number?: boolean
}

/** @param rows cells as text, or as HTML where `{ html }` says so */
export function table(columns: readonly Column[], rows: readonly (readonly (string | { html: string })[])[]): string {
  const mark = (at: number) => (columns[at]?.number ? ' class="number"' : '')
  const head = columns.map(({ title }, at) => `<th${mark(at)}>${escaped(title)}</th>`).join('')
  const body = rows.map(cells => {
    const texts = cells.map(cell => (typeof cell === 'string' ? escaped(cell) : cell.html))
    return `<tr>${texts.map((text, at) => `<td${mark(at)}>${text}</td>`).join('')}</tr>`
  })
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`
}
