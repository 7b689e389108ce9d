/** A report's page: one file, no network, dark and light, wide and narrow. */
import { escaped, htmlPage } from './html-page.js'

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
  /** Style beside that of all pages, and HTML behind the sections. */
  style?: string
  end?: string
}

export function page({ title, head, sections, script, style = '', end = '' }: PageContent): string {
  const links = sections.map(({ id, title }) => `<a href="#${id}">${escaped(title)}</a>`)
  const body = `${head}
${links.length > 1 ? `<nav>${links.join('')}</nav>` : ''}
${sections.map(({ id, title, body }) => `<section id="${id}">\n<h2>${escaped(title)}</h2>\n${body}\n</section>`).join('\n')}
${end}`
  return htmlPage({ title, style, body, script })
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
