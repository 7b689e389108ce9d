import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { classifierNames, DEFAULT_CLASSIFIERS } from '../../../../pipelines/evaluation/probes/classifiers.js'
import { runMultiLabelProbe, runProbe } from '../../../../pipelines/evaluation/probes/run-probe.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-theirs-'))
test.after.always(() => rmSync(folder, { recursive: true }))

/** A Python that has the modules; without one this test is skipped, by name. */
const python = process.env.EARSHOT_PYTHON ?? 'python3'
const run = (script: string, ...words: string[]) => spawnSync(python, ['-c', script, ...words], { encoding: 'utf8' })
const having = (modules: string) => (run(`import ${modules}`).status === 0 ? test : test.skip)

/** Embeddings in which both classes of a clip are plain, in plain and in free lists. */
const SCRIPT = `
import sys, numpy as np, pyarrow as pa
rng = np.random.default_rng(0)
label = np.arange(48) % 3
wet = rng.permutation(np.arange(48) % 2)
flat = (np.eye(6)[label] * 5 + wet[:, None] * np.eye(6)[5] * 5 + rng.normal(size=(48, 6))).astype('f4')
names = np.array(['cat', 'dog', 'owl'])[label]
fixed = pa.FixedSizeListArray.from_arrays(pa.array(flat.ravel()), 6)
free = pa.array(flat.astype('f8').tolist(), pa.large_list(pa.float64()))
for kind, embedding in (('fixed', fixed), ('free', free), ('frames', fixed)):
  table = pa.table({
    'clip': pa.array([f'{at}.wav' for at in range(48)], pa.large_string()), 'embedding': embedding,
    'animal': pa.array(names).dictionary_encode(), 'tags': [f'{name}|wet' if w else name for name, w in zip(names, wet)],
    'part': np.array(['train', 'train', 'validation', 'test'])[np.arange(48) // 3 % 4]})
  if kind == 'frames':
    table = pa.concat_tables([table, table])
  with pa.OSFile(f'{sys.argv[1]}/{kind}.arrow', 'wb') as sink, pa.ipc.new_file(sink, table.schema) as writer:
    writer.write_table(table, max_chunksize=20)
`

having('pyarrow, numpy')('embeddings by pyarrow go through every probe', async t => {
  t.is(run(SCRIPT, folder).stderr, '')
  const common = { folds: 4, seed: 0, against: [], split: 'part' }
  for (const kind of ['fixed', 'free']) {
    const file = join(folder, `${kind}.arrow`)
    const some = classifierNames.filter(name => name !== 'attentive' && name !== 'weighted-layers')
    const own = { ...common, file, classifiers: kind === 'fixed' ? some : DEFAULT_CLASSIFIERS, gridPoints: 1 }
    const one = await runProbe({ ...own, label: 'animal' })
    t.is(one.comparison.rows[0]!.name, kind)
    t.is(one.comparison.tested.length, 12)
    const several = await runMultiLabelProbe({ ...own, label: 'tags', separator: '|' })
    t.deepEqual(several.examples.classes, ['cat', 'dog', 'owl', 'wet'])
    for (const { name } of one.classifiers) {
      t.true(one.comparison.rows[0]!.figures[name]!.balanced > 0.9, `${kind} ${name}`)
      t.true(several.comparison.rows[0]!.figures[name]!.map > 0.85, `${kind} ${name}`)
    }
  }
  const [fixed, free, frames] = ['fixed', 'free', 'frames'].map(name => join(folder, `${name}.arrow`))
  const layers = await runProbe({
    ...common,
    file: fixed!,
    layers: [free!],
    label: 'animal',
    classifiers: ['weighted-layers'],
  })
  t.true(layers.comparison.rows[0]!.figures['weighted layers']!.balanced > 0.9)
  const several = await runProbe({ ...common, file: frames!, label: 'animal', classifiers: ['attentive'] })
  t.true(several.comparison.rows[0]!.figures.attentive!.balanced > 0.9)
})
