/** What a built file loads at once: its static imports, theirs, and so on. Types are gone by then. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'

const BUILT = fileURLToPath(new URL('..', import.meta.url))
const LAYERS = [['engine', 'data'], ['stages'], ['graphs'], ['pipelines']]

function importsOf(file: string): string[] {
  const found = readFileSync(join(BUILT, file), 'utf8').matchAll(/^(?:import|export)\b[^'"(;]*['"](\.[^'"]+)['"];$/gm)
  return [...found].map(([, path]) => relative(BUILT, resolve(BUILT, dirname(file), path!)))
}

function loadedBy(file: string): Set<string> {
  const loaded = new Set([file])
  for (const one of loaded) for (const other of importsOf(one)) loaded.add(other)
  return loaded
}

for (const [height, rooms] of LAYERS.slice(0, -1).entries())
  for (const room of rooms)
    test(`${room} imports nothing from above it`, t => {
      const files = readdirSync(join(BUILT, room), { recursive: true, encoding: 'utf8' })
      const above = LAYERS.slice(height + 1).flat()
      const wrong = files
        .filter(file => file.endsWith('.js'))
        .flatMap(file => importsOf(join(room, file)).map(other => `${file} imports ${other}`))
        .filter(line => above.some(one => line.includes(` imports ${one}/`)))
      t.deepEqual(wrong, [])
    })

const LATE: [file: string, never: string, when: string][] = [
  ['pipelines/training/training-run.js', 'pipelines/training/watch/watch.js', 'a run that watches nothing'],
  ['pipelines/training/training-run.js', 'pipelines/training/fit-readout.js', 'a run without a readout'],
  ['pipelines/training/training-run.js', 'data/adapters.js', 'a run on a folder'],
  ['pipelines/embeddings/write-embeddings.js', 'data/manifests/table.js', 'embeddings of a folder'],
  ['pipelines/evaluation/probes/run-probe.js', 'engine/tensorflow.js', 'a probe by centroids'],
  ['pipelines/evaluation/probes/run-probe.js', 'data/manifests/table.js', 'a probe of embeddings with labels'],
]

for (const [file, never, when] of LATE)
  test(`${when} loads no ${never}`, t => {
    t.true(existsSync(join(BUILT, never)))
    t.false(loadedBy(file).has(never), `${file} has it at once`)
  })
