/**
 * What each verb costs on an archive that `archive.js` made: wall time, processor time and peak memory, one command each.
 *
 *   node dist/bench/archive-verbs.js ARCHIVE OUT [--run pretrained] [--only embed,probe] [--json FILE]
 *
 * Embeds by `--run` with an empty cache in OUT; `train` then finds the spectrograms in it. `label` counts until its page
 * can be opened. With --only the rows of the others are kept as the file has them.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { commandCost } from './command-cost.js'
import { rounded, tellRows } from './tell-rows.js'

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    run: { type: 'string', default: 'pretrained' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
})
const [archive, out] = positionals
if (!archive || !out) throw new Error('node dist/bench/archive-verbs.js ARCHIVE OUT')
mkdirSync(out, { recursive: true })
const [recordings, notes, embeddings] = [
  join(archive, 'recordings'),
  join(archive, 'annotations'),
  join(out, 'archive.arrow'),
]
const COMMANDS: Record<string, string[]> = {
  embed: [given.run, recordings, '-o', embeddings, '--segment', '5s', '--annotations', notes, '--no-baselines'],
  similar: [embeddings, '5', '-n', '20', '-o', join(out, 'found'), '--formats', 'raven', 'audacity'],
  label: [embeddings, '--class', 'speech', '--most', '10000'],
  probe: [embeddings, '--label', 'label', '--labels-separator', ';'],
  train: ['configs/pool-small.yaml', '--set', `data.set=${recordings}`, '--run', join(out, 'run')],
}

type Row = {
  verb: string
  'wall, s': number
  'processor, s': number
  'peak, MB': number
}

const only = given.only?.split(',')
const before: Row[] =
  given.json && existsSync(given.json) ? (JSON.parse(readFileSync(given.json, 'utf8')) as { rows: Row[] }).rows : []
const rows: Row[] = []
for (const [verb, words] of Object.entries(COMMANDS)) {
  const known = before.find(row => row.verb === verb)
  if (!only || only.includes(verb)) rows.push(await measured(verb, words))
  else if (known) rows.push(known)
}
tellRows(rows, given.json, `one command each, ${given.run} embeds with nothing cached, train has its spectrograms`)

async function measured(verb: string, words: readonly string[]): Promise<Row> {
  const until = verb === 'label' ? { until: 'http://' } : {}
  const {
    out: said,
    wall,
    processor,
    peak,
  } = await commandCost([verb, ...words], { cache: join(out!, 'cache'), ...until })
  process.stderr.write(said)
  return { verb, 'wall, s': rounded(wall), 'processor, s': rounded(processor), 'peak, MB': rounded(peak) }
}
