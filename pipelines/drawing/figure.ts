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

/** Of a page of figures, a section for each clip. */
export const FIGURES_STYLE = `
section { margin: 1.2rem 0; padding: .9rem 1rem 1rem; background: var(--card); border: 1px solid var(--edge); border-radius: 10px }
section h2 { margin: 0; font-size: 1.05rem } code { font-size: .9em }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem; margin-top: .6rem }
@media (max-width: 30rem) { section { padding: .7rem .6rem } }
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
