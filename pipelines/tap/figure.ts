/** Drawings of one size side by side, as an SVG for a page or as a PNG. */
import sharp from 'sharp'
import { SIZE } from './spectrogram.js'

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
