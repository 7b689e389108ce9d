/** Drawings of one size: with caption and player on a page, or side by side as a PNG. */
import sharp from 'sharp'
import { escaped } from './html-page.js'
import { SIZE } from './spectrogram.js'

export interface Figure {
  name: string
  caption: string
  drawing?: string | undefined
  sound?: { file: string; whole: boolean } | undefined
}

/** Of a page of figures: it fits a phone, and light and dark. */
export const FIGURES_STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1d1d22, #e6e6ea); --soft: light-dark(#5c5c66, #a2a2ad);
  --ground: light-dark(#fff, #16161b); --card: light-dark(#f6f6f8, #1f1f26); --edge: light-dark(#dcdce2, #34343e) }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.2rem 1rem 3rem; max-width: 84rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--ground); overflow-wrap: anywhere }
h1 { font-size: 1.4rem; margin: 0 0 .3rem } h2 { font-size: 1.05rem; margin: 0 }
p { margin: .35rem 0; max-width: 60rem } code { font-size: .9em } .soft { color: var(--soft) }
section { margin: 1.2rem 0; padding: .9rem 1rem 1rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: 10px }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem;
  margin-top: .6rem }
figure { margin: 0; max-width: 28rem } figure svg { display: block; width: 100%; height: auto } figcaption { font-size: .92rem }
audio { display: block; width: 100%; height: 2.4rem; margin-top: .3rem }
@media (max-width: 30rem) { body { padding: .8rem .6rem } section { padding: .7rem .6rem } }
`

/** A picture with what it shows, and a player under it. */
export function figureOf({ name, caption, drawing, sound }: Figure, clip: string): string {
  const title = escaped(`${name} of ${clip}: ${caption}`)
  const player = sound ? `<audio controls preload="none" src="${sound.file}" aria-label="${title}"></audio>` : ''
  const part = sound && !sound.whole ? ' (the beginning of it can be heard)' : ''
  return `<figure>${drawing ? figure(drawing, title) : ''}<figcaption><b>${escaped(name)}</b> <span class="soft">${escaped(caption)}${part}</span></figcaption>${player}</figure>`
}

/** @param title what a screen reader says */
export function figure(drawing: string, title: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="${title}">${drawing}</svg>`
}

/** The drawings in a row, dark on white, at twice their size. */
export async function png(drawings: readonly string[]): Promise<Buffer> {
  const width = SIZE.width * drawings.length
  const placed = drawings.map((drawing, at) => `<g transform="translate(${at * SIZE.width} 0)">${drawing}</g>`)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${SIZE.height}" color="#222">${placed.join('')}</svg>`
  return sharp(Buffer.from(svg), { density: 144 }).flatten({ background: '#ffffff' }).png({ palette: false }).toBuffer()
}
