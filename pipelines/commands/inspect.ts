/** `earshot inspect`: what an embeddings file holds, and whether it keeps the contract. */
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { demandFolder } from '../../data/output-file.js'
import { argument, option, text } from '../configuration/options.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot inspect embeddings.arrow                      figures, and a page whose map can be listened to
  ./earshot inspect embeddings.arrow --no-map --json      for tools; ends with 1 if the file breaks the contract
`

export default verb({
  name: 'inspect',
  summary: 'say what an embeddings file holds: contract, norms, dead dimensions, rank, near-duplicates, map',
  takes: z.strictObject({
    file: argument('<file>', 'Arrow file by `earshot embed`, or any with columns clip and embedding'),
    output: text('folder', 'folder for the page and the picture; NAME.inspection beside the file if not given', {
      short: 'o',
    }),
    near: option('cosine', 'from which two rows count as near-duplicates', z.number().gt(0).max(1).default(0.999)),
    label: text('column', 'colours the map; a column with few values if not given'),
    points: option('count', 'points of the map at most', z.int().min(0).default(2000)),
    sounds: option(
      'count',
      'rows whose sound the page holds at most; others are played from their files',
      z.int().min(0).default(40),
    ),
    map: z.boolean().default(true).describe('figures alone'),
    json: z.boolean().optional().describe('the figures as JSON'),
  }),
  help: EXAMPLES,
  run: async ({ file, output, near, label, points, sounds, map, json }) => {
    const folder = output ?? join(dirname(file), `${basename(file, '.arrow')}.inspection`)
    if (map) demandFolder(folder, [file])
    const { inspectFile } = await import('../embeddings/inspection/inspect-file.js')
    const { inspectionText } = await import('../embeddings/inspection/text.js')
    const found = await inspectFile(file, near)
    process.stdout.write(json ? `${JSON.stringify(found, null, 1)}\n` : inspectionText(found))
    if (found.breaches.length > 0) process.exitCode = 1
    if (!map || found.rows === 0) return
    const { writeInspection } = await import('../embeddings/inspection/write-inspection.js')
    await writeInspection(folder, found, { label, points, sounds })
    const drawn = found.rows > points ? `, of ${points} of ${found.rows} rows` : ''
    if (!json)
      process.stdout.write(`Next:\n  open ${join(folder, 'index.html')} (map.png is its map as a picture${drawn})\n`)
  },
})
