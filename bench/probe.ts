/**
 * How long a probe and a search take on many embeddings: made ones, written as an Arrow file, a fixed split of 80 % and
 * 20 %. Prints seconds of each classifier and of the search, beside their limits. From the root of the repository, after
 * `npm run build`:
 *
 *   node dist/bench/probe.js [ROWS] [DIMENSIONS] [CLASSIFIERS]      100000 512 logistic-regression,centroid if not said
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { streamOf } from '../graphs/streams/draws.js'
import { createEmbeddingWriter } from '../pipelines/embeddings/arrow-writer.js'
import { runProbe } from '../pipelines/probes/run-probe.js'
import { search } from '../pipelines/search/search.js'

/** Seconds that a probe may take, and milliseconds of a search once everything is read. */
const LIMITS = { probe: 60, search: 500 }
const CLASSES = 20

const rows = Number(process.argv[2] ?? 100_000)
const dimensions = Number(process.argv[3] ?? 512)
const classifiers = (process.argv[4] ?? 'logistic-regression,centroid').split(',')

/** Classes that overlap: their centres are about as far apart as their clips. */
function write(file: string): void {
  const rng = streamOf('bench')
  const centres = Array.from({ length: CLASSES }, () =>
    Float32Array.from({ length: dimensions }, () => 0.2 * rng.normal()),
  )
  const writer = createEmbeddingWriter(file, { dimensions, columns: ['class', 'part'], metadata: {} })
  for (let row = 0; row < rows; row++) {
    const label = rng.integer(0, CLASSES)
    const embedding = centres[label]!.map(value => value + rng.normal())
    const labels = { class: `${label}`, part: row % 5 === 4 ? 'test' : 'train' }
    writer.write([{ clip: `${row}`, path: `${row}.wav`, start: 0, end: 1, labels, embedding }])
  }
  writer.close()
}

/** Seconds on the clock, and of the processor. */
async function timed<Result>(work: () => Promise<Result>) {
  const began = performance.now()
  const before = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  return { result, seconds: (performance.now() - began) / 1000, processor: (user + system) / 1e6 }
}

const folder = mkdtempSync(join(tmpdir(), 'earshot-bench-'))
try {
  const file = join(folder, 'made.arrow')
  write(file)
  console.log(`${rows} embeddings of ${dimensions} dimensions, ${CLASSES} classes`)
  const found = await search({ file, clip: '17', count: 10, columns: ['class'] })
  console.log(`search: ${found.milliseconds.toFixed(0)} ms after load (limit ${LIMITS.search})`)
  for (const classifier of classifiers) {
    const options = { file, label: 'class', split: 'part', folds: 5, seed: 0, against: [], classifiers: [classifier] }
    const { result, seconds, processor } = await timed(() => runProbe(options))
    const [figure] = Object.values(result.comparison.rows[0]!.figures)
    const reached = `balanced accuracy ${(100 * figure!.balanced).toFixed(1)} %`
    console.log(
      `${classifier}: ${seconds.toFixed(1)} s (limit ${LIMITS.probe}), ${processor.toFixed(1)} s of a core; ${reached}`,
    )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
