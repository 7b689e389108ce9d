/** Earshot as a package: every function has an example that runs as it stands, and mistakes are Problems. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import * as earshot from '../../pipelines/index.js'
import { smallConfig } from '../small-config.js'

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url))
const { readGraph, validate, train, embed, probe, tap } = earshot
const FUNCTIONS = { readGraph, validate, train, embed, probe, tap }

function run(example: string, words: string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(EXAMPLES, `${example}.js`), ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  })
  return { code: status, out: stdout, error: stderr }
}

test('each function has its example', t => {
  const examples = readdirSync(EXAMPLES).filter(name => name.endsWith('.js'))
  t.deepEqual(
    examples.map(name => name.replace('.js', '').replace('read-graph', 'readGraph')).sort(),
    Object.keys(FUNCTIONS).sort(),
  )
})

test('the package names files that the build writes', t => {
  const { exports, types } = JSON.parse(readFileSync('package.json', 'utf8'))
  t.is(exports['.'].types, types)
  for (const file of [types, exports['.'].default]) t.true(existsSync(file), file)
})

test('validate and readGraph', t => {
  t.regex(run('validate', []).out, /configs\/quickstart\.yaml: 0 problems/)
  const broken = run('validate', ['test/fixtures/broken-graphs/unknown-node/graph.yaml'])
  t.regex(broken.out, /Did you mean 'mixed'\?[\s\S]*: 1 problems/)
  t.regex(run('read-graph', []).out, /encoder gives batch\[32\]<pair<embedding\[256\]>>/)
})

test('train, embed and probe, one after the other', t => {
  const { folder, sounds, config, cache } = smallConfig('api', { steps: 100, every: 100 })
  const set = join(folder, 'set.yaml')
  writeFileSync(set, `folder: ${JSON.stringify(sounds)}\nextensions: [flac]\nclass-from: prefix\nclasses: [bd, drum]\n`)
  const [runFolder, arrow] = [join(folder, 'run'), join(folder, 'out.arrow')]
  const trained = run('train', [config, runFolder], cache)
  t.regex(trained.out, /run: 4 steps, loss \d/, trained.error)
  const again = run('train', [config, runFolder], cache)
  t.is(again.code, 1)
  t.regex(again.error, /already there/)
  const embedded = run('embed', [runFolder, set, arrow], cache)
  t.regex(embedded.out, /24 rows, 1 clips left out, labels: class/, embedded.error)
  const probed = run('probe', [arrow, 'class'], cache)
  t.regex(probed.out, /^trained .*\d\.\d{3}$/m, probed.error)
  t.regex(probed.out, /^untrained .*\d\.\d{3}$/m)
})

test('tap', t => {
  const { folder, config, cache } = smallConfig('api-tap', { steps: 1, every: 1 })
  const { out, error } = run('tap', [config, join(folder, 'tap')], cache)
  t.regex(out, /flac a: from \d\.\d\d s\n.*flac b: from/, error)
  t.true(existsSync(join(folder, 'tap', 'index.html')))
})

test('what is wrong comes as Problems, all at once', async t => {
  const error = await t.throwsAsync(readGraph('test/fixtures/broken-graphs/unknown-node/graph.yaml'), {
    instanceOf: earshot.Problems,
  })
  t.is((error as earshot.Problems).problems[0]!.code, 'unknown-node')
  await t.throwsAsync(train('graphs/contrastive-16k.yaml'), { instanceOf: earshot.Problem })
  await t.throwsAsync(embed('no/such/run', 'nowhere', { output: 'x.arrow' }), { instanceOf: earshot.Problem })
  await t.throwsAsync(probe('no-such.arrow', { label: 'class' }), { instanceOf: earshot.Problem })
})

test('options that are not there, of another kind or left out are Problems that name them, before any file is opened', async t => {
  const { classify, detect, probeMultiLabel, readEmbeddings, separate, similar } = earshot
  const none = 'no-such.arrow'
  /** As JavaScript hands it over. */
  const untyped = (given: unknown) => JSON.parse(JSON.stringify(given))
  const cases: [() => Promise<unknown>, RegExp][] = [
    [() => similar(none, 'a', { count: -1 }), /^count must be at least 1, not -1\.$/],
    [() => similar(none, 'a', { count: Number.NaN }), /^count must be a whole number/],
    [() => similar(none, 'a', untyped({ not: 'b' })), /^not must be a list.*'b'\.$/],
    [() => similar(none, 'a', untyped({ column: ['c'] })), /^There is no option 'column'\. Did you mean 'columns'\?$/],
    [() => similar(none, []), /^examples needs at least 1 value/],
    [() => similar(none, untyped(3)), /^examples must be text, not 3\.$/],
    [() => embed('pretrained', [], { output: 'x.arrow' }), /^inputs needs at least 1 value/],
    [() => embed('pretrained', 'sounds', untyped({})), /^output must be text/],
    [() => probe(none, untyped({ label: 'class', folds: '3' })), /^folds must be a whole number.*'3'\.$/],
    [() => probeMultiLabel(none, untyped({ label: 'tags' })), /^separator must be text/],
    [() => readEmbeddings(none, { start: 1.5 }), /^start must be a whole number.*1\.5\.$/],
    [() => classify('run', 'sounds', { hop: 'x' }), /^hop: 'x'/],
    [() => classify('run', untyped(['a', 'b'])), /^sounds must be text/],
    [() => detect('run', 'sounds', untyped({ threshold: 1 })), /^There is no option 'threshold'/],
    [() => separate('run', 'sounds', untyped({})), /^output must be text/],
    [() => separate('run', 'sounds', { output: 'x', overlap: 9 }), /^overlap must be at most half the window/],
    [() => readGraph('quickstart', untyped({ edits: 'x' })), /^edits must be a list: 'x'\.$/],
    [() => readGraph('quickstart', untyped({ edits: ['without'] })), /^edits\[0\] is no edit: 'without'\.$/],
    [() => validate('quickstart', untyped({ edits: [{ set: 'name=a' }, { set: 5 }] })), /^edits\[1\] .*{ set: 5 }\.$/],
    [() => train('quickstart', untyped({ edits: 5 })), /^edits must be a list: 5\.$/],
    [() => tap('quickstart', 'view', untyped({ edits: [{ wihtout: 'mixed' }] })), /^edits\[0\] .*wihtout/],
  ]
  for (const [call, message] of cases) await t.throwsAsync(call, { instanceOf: earshot.Problem, message })
})

test('importing it loads neither TensorFlow nor anything else that is heavy', t => {
  const script = `import 'earshot'; process.stdout.write(JSON.stringify(process.report.getReport().sharedObjects.filter(name => /tensorflow|sharp/.test(name))))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  t.is(stdout, '[]', stderr)
})
