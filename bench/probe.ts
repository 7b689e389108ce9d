/**
 * How long the verbs take that read many embeddings, and how much memory: made ones of 20 classes that overlap, written
 * as an Arrow file; then `probe` as it comes (logistic regression and kNN, 5 folds, settings chosen on inner folds,
 * intervals), `similar`, and `inspect` with its page, each in a process of its own. Prints each beside its limit. From the
 * root of the repository, after `npm run build`, on a quiet machine:
 *
 *   node dist/bench/probe.js [ROWS] [DIMENSIONS]      100000 512 if not said
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { streamOf } from '../graphs/streams/draws.js'
import { createEmbeddingWriter } from '../pipelines/embeddings/arrow-writer.js'

/** Seconds of a probe, milliseconds of a search once everything is read, megabytes of either verb. */
const LIMITS = { probe: 60, similar: 500, memory: 2000 }
const CLASSES = 20

const rows = Number(process.argv[2] ?? 100_000)
const dimensions = Number(process.argv[3] ?? 512)

/** Classes that overlap: a third of the length of a row is its class. */
function write(file: string): void {
  const rng = streamOf('bench')
  const centres = Array.from({ length: CLASSES }, () => Float32Array.from({ length: dimensions }, () => rng.normal()))
  const writer = createEmbeddingWriter(file, { dimensions, columns: ['class'], metadata: {} })
  for (let row = 0; row < rows; row++) {
    const label = rng.integer(0, CLASSES)
    const weight = rng.uniform(0, 0.35)
    const embedding = centres[label]!.map(value => weight * value + rng.normal())
    writer.write([{ clip: `${row}`, path: `${row}.wav`, start: 0, end: 1, labels: { class: `${label}` }, embedding }])
  }
  writer.close()
}

/** What a process says of its memory when it ends, in kilobytes, on a channel of its own. */
const PEAK =
  'import { writeSync } from "node:fs"; process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)))'

/** A verb in its own process. */
async function run(words: readonly string[]): Promise<{ out: string; seconds: number; memory: number }> {
  const began = performance.now()
  const earshot = fileURLToPath(new URL('../pipelines/commands/earshot.js', import.meta.url))
  const told = `data:text/javascript,${encodeURIComponent(PEAK)}`
  const child: ChildProcess = spawn(process.execPath, ['--import', told, earshot, ...words], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  })
  const [out, peak] = await Promise.all([text(child.stdout!), text(child.stdio[3] as Readable)])
  return { out, seconds: (performance.now() - began) / 1000, memory: Number(peak) / 1000 }
}

const folder = mkdtempSync(join(tmpdir(), 'earshot-bench-'))
try {
  const file = join(folder, 'made.arrow')
  write(file)
  console.log(`${rows} embeddings of ${dimensions} dimensions, ${CLASSES} classes`)
  const probe = await run(['probe', file, '--label', 'class'])
  console.log(probe.out)
  console.log(`probe: ${probe.seconds.toFixed(1)} s (limit ${LIMITS.probe}), ${probe.memory.toFixed(0)} MB at most`)
  const similar = await run(['similar', file, '17', '--label', 'class'])
  const [, search] = similar.out.match(/\((\d+) ms\)/) ?? []
  console.log(`similar: ${search} ms after load (limit ${LIMITS.similar}), ${similar.seconds.toFixed(1)} s in all`)
  const precision = await run(['similar', file, '--precision-at', '10', '--label', 'class'])
  console.log(`similar --precision-at 10: ${precision.seconds.toFixed(1)} s, ${precision.memory.toFixed(0)} MB at most`)
  const inspect = await run(['inspect', file])
  console.log(inspect.out)
  console.log(
    `inspect: ${inspect.memory.toFixed(0)} MB at most (limit ${LIMITS.memory}), ${inspect.seconds.toFixed(1)} s`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
