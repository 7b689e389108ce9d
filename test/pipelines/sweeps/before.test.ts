/** What the jobs of a sweep need is made first, once. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { createEmbeddingWriter } from '../../../pipelines/embeddings/arrow-writer.js'
import { BEGUN, demandBefore, stepsLeft, stepsOf } from '../../../pipelines/sweeps/before.js'
import { makeBefore } from '../../../pipelines/sweeps/make-before.js'
import { readSweepFile } from '../../../pipelines/sweeps/sweep-file.js'
import { scratchFolder } from '../../earshot.js'

const never = new AbortController().signal

/** A sweep whose jobs need two tables of embeddings. */
function sweep(source = 'given.arrow') {
  const folder = scratchFolder('before')
  const writer = createEmbeddingWriter(join(folder, 'given.arrow'), { dimensions: 1, columns: [], metadata: {} })
  writer.write([{ clip: 'a', path: 'a.wav', start: 0, end: 1, labels: {}, embedding: Float32Array.of(1) }])
  writer.close()
  mkdirSync(join(folder, 'sweeps'))
  const made = (name: string) => join(folder, name)
  const step = (from: string, to: string) => `  - [convert, ../${from}, -o, ../${to}]`
  const file = join(folder, 'sweeps', 'needy.yaml')
  const before = [step('given.arrow', 'one.csv'), step(source, 'two.csv')].join('\n')
  writeFileSync(file, `base: base.yaml\nbefore:\n${before}\narms: { plain: [] }\n`)
  return { file, output: made('out'), one: made('one.csv'), two: made('two.csv') }
}

async function left({ file, output }: { file: string; output: string }): Promise<string[]> {
  return stepsLeft(stepsOf(await readSweepFile(file)), output).map(({ product }) => product)
}

test('made in the folder of the sweep file, unless it is there or was begun and not ended', async t => {
  const { file, output, one, two } = sweep()
  writeFileSync(one, 'clip\nby hand\n')
  t.deepEqual(await left({ file, output }), [two])
  await makeBefore(file, output, undefined, never)
  t.is(readFileSync(one, 'utf8'), 'clip\nby hand\n')
  t.regex(readFileSync(two, 'utf8'), /^clip,/)
  t.deepEqual(await left({ file, output }), [])

  writeFileSync(one, readFileSync(two, 'utf8').split('\n')[0]!)
  writeFileSync(join(output, BEGUN), JSON.stringify({ product: one }))
  t.deepEqual(await left({ file, output }), [one])
  await makeBefore(file, output, undefined, never)
  t.is(readFileSync(one, 'utf8'), readFileSync(two, 'utf8'))
  t.false(existsSync(join(output, BEGUN)))
})

test('a plan without it says what is missing, and which command makes it', async t => {
  const { file, output } = sweep()
  const written = await readSweepFile(file)
  const error = t.throws(() => demandBefore(written, stepsOf(written), output), {
    message: /^2 things .* not there yet: .*one\.csv, .*two\.csv\.$/,
  })
  t.like(error, {
    code: 'not-made',
    hint: `./earshot sweep run '${file}' makes that first.`,
    place: { path: 'before', line: 3 },
  })
})

test('a command that fails ends the sweep before its first job, and stands open', async t => {
  const { file, output, one, two } = sweep('none.arrow')
  await t.throwsAsync(makeBefore(file, output, undefined, never), {
    message: './earshot convert ../none.arrow -o ../two.csv: has failed; what it said stands above.',
  })
  t.true(existsSync(one))
  t.deepEqual(await left({ file, output }), [two])
})

test('a run that has not ended is no product yet', async t => {
  const { file, output, one, two } = sweep()
  for (const [product, state] of [
    [one, 'stopped'],
    [two, 'finished'],
  ] as const) {
    mkdirSync(product)
    writeFileSync(join(product, 'run.yaml'), '')
    writeFileSync(join(product, 'status.json'), JSON.stringify({ state }))
  }
  t.deepEqual(await left({ file, output }), [one])
})

test('a command has to name what it makes', async t => {
  const { file } = sweep()
  writeFileSync(file, readFileSync(file, 'utf8').replace('-o, ', ''))
  await t.throwsAsync(readSweepFile(file), {
    message: /before\.0.*expected a command that names what it makes: -o FOLDER, --run FOLDER/s,
  })
})
