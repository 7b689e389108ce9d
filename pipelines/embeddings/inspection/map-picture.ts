/** The map of embeddings as a picture: PNG, on white. */
import sharp from 'sharp'
import { escaped } from '../../drawing/html-page.js'
import type { DrawnMap } from './embedding-map.js'

/** Okabe and Ito's colours, for up to eight labels; more go round the circle. */
const COLOURS = ['#0072b2', '#c2540a', '#007a5a', '#a8467f', '#8a6d00', '#6a4cb0', '#6b6b70', '#7a4b3a']
const LINE = 20

export async function mapPicture({ spots, names, size }: DrawnMap): Promise<Buffer> {
  const colour = (at: number) =>
    names.length <= COLOURS.length
      ? COLOURS[at]!
      : `hsl(${Math.round((360 * at) / names.length)}, 60%, ${at % 2 ? 32 : 50}%)`
  const radius = spots.length > 800 ? 3 : 4.5
  const dots = spots.map(
    ({ x, y, label }) =>
      `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="${colour(Math.max(0, names.indexOf(label)))}" fill-opacity="0.7"/>`,
  )
  const legend = names.length > 1 ? names : []
  const entries = legend.map((name, at) => {
    const y = LINE * (at + 1)
    return `<circle cx="${size + 14}" cy="${y - 4}" r="5" fill="${colour(at)}"/><text x="${size + 26}" y="${y}">${escaped(name)}</text>`
  })
  const width = size + (legend.length > 0 ? 180 : 0)
  const height = Math.max(size, LINE * (legend.length + 1))
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>${[...dots, ...entries].join('')}</svg>`
  return sharp(Buffer.from(svg), { density: 144 }).png().toBuffer()
}
