import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { earshot, start } from '../../earshot.js'

const RECIPE = 'graphs/contrastive-16k.yaml'
const BROKEN = 'test/fixtures/broken-graphs/many-at-once'

test('a sound graph: one friendly line, the next command, exit 0', async t => {
  const { code, out, error } = await earshot(['validate', RECIPE])
  t.is(code, 0)
  t.is(error, '')
  const [first, second] = out.split('\n')
  t.is(
    first,
    `${RECIPE} is sound: 14 nodes; similarity (nt-xent) trains encoder and projection on batches of 128 clips; window 384 clips.`,
  )
  t.regex(second!, /^Next: \.\/earshot /)
})

test('a broken graph: every problem, exit 1', async t => {
  const { code, out } = await earshot(['validate', `${BROKEN}/graph.yaml`])
  t.is(code, 1)
  t.true(out.startsWith(readFileSync(`${BROKEN}/expected.txt`, 'utf8').trimEnd()))
  t.regex(out, /graph\.yaml: 5 problems\.\n$/)
})

test('several files: one broken is enough for exit 1', async t => {
  const { code, out } = await earshot(['validate', RECIPE, `${BROKEN}/graph.yaml`])
  t.is(code, 1)
  t.true(out.includes(`${RECIPE} is sound`))
})

test('sounds that are not here are said; the config is sound all the same', async t => {
  const { code, out } = await earshot(['validate', 'configs/quickstart.yaml', '--set', 'data.set=nowhere'])
  t.is(code, 0)
  t.regex(out, /Its sounds are not here: there is no .*nowhere\./)
})

test('--set is checked by the same schema', async t => {
  t.true(
    (await earshot(['validate', RECIPE, '--set', 'nodes.batch.size=64'])).out.includes(
      'batches of 64 clips; window 192 clips',
    ),
  )
  const { code, out } = await earshot(['validate', RECIPE, '--set', 'nodes.batch.size=none'])
  t.is(code, 1)
  t.true(out.startsWith('--set nodes.batch.size=none  nodes.batch.size\n'))
})

test('--json is for tools', async t => {
  const [sound, broken] = JSON.parse((await earshot(['validate', '--json', RECIPE, `${BROKEN}/graph.yaml`])).out)
  t.like(sound, { file: RECIPE, sound: true, problems: [], plan: { window: { smallest: 128, usual: 384 } } })
  t.is(sound.nodes.length, 14)
  t.like(broken, { sound: false })
  t.like(broken.problems[0], { code: 'bad-value', place: { line: 4, column: 64, path: 'nodes.mel.window' } })
})

test('--print shows each value with the place that set it', async t => {
  const { out } = await earshot(['validate', RECIPE, '--set', 'nodes.batch.size=64', '--print'])
  t.regex(out, /size: 64 # --set nodes\.batch\.size=64/)
  t.regex(out, /stage: vgg # graphs\/contrastive-16k\.yaml:\d+/)
})

for (const words of [
  ['validate', RECIPE],
  ['validate', 'configs/supervised-drums.yaml'],
  ['--version'],
  ['--help'],
  ['list'],
  ['graph', RECIPE],
]) {
  test(`${words.join(' ')} loads no TensorFlow, Arrow, sharp or audio`, async t => {
    const { loaded, code } = await modulesOf(words)
    t.is(code, 0)
    t.true(loaded.some(name => name.includes('/commander/')))
    t.deepEqual(
      loaded.filter(name =>
        /node_modules\/(@tensorflow|apache-arrow|sharp|@img|audio-decode|[\w-]*ffmpeg|piscina|@viz-js|rxjs)\//.test(
          name,
        ),
      ),
      [],
    )
  })
}

/** Every module that a run of the program asks for, by `import` or `require`. */
async function modulesOf(words: string[]): Promise<{ loaded: string[]; code: number | null }> {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-'))
  try {
    const log = join(folder, 'log')
    writeFileSync(
      join(folder, 'hooks.mjs'),
      `import { appendFileSync } from 'node:fs'
export async function load(url, context, next) { appendFileSync(${JSON.stringify(log)}, url + '\\n'); return next(url, context) }`,
    )
    writeFileSync(
      join(folder, 'register.mjs'),
      `import { appendFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'
register('./hooks.mjs', import.meta.url)
const { cache } = createRequire(import.meta.url)
process.on('exit', () => appendFileSync(${JSON.stringify(log)}, Object.keys(cache).join('\\n')))`,
    )
    const flags = `--import=${pathToFileURL(join(folder, 'register.mjs')).href}`
    const { code } = await start(words, { NODE_OPTIONS: flags }).end
    return { loaded: readFileSync(log, 'utf8').split('\n'), code }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('a graph that can be trained and whose run would embed nothing is told so', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-validate-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'channels.yaml')
  writeFileSync(
    file,
    `nodes:
  clip:    { stage: clips }
  stems:   { stage: stems, from: clip, channels: 2 }
  mels:    { stage: log-mel, from: stems }
  cut:     { stage: cut, from: mels }
  batch:   { stage: batch, from: cut, size: 4 }
  encoder: { stage: vgg, from: batch }
  both:    { stage: zip, from: [encoder.1, encoder.2] }
  loss:    { stage: nt-xent, from: both }
`,
  )
  const { code, out } = await earshot(['validate', file])
  t.is(code, 0)
  t.regex(out, /is sound/)
  t.regex(out, /It trains, and gives no embeddings\. .*'encoder' hears batch\[4\]<channels\[2\]<patch/)
  const [{ remarks }] = JSON.parse((await earshot(['validate', '--json', file])).out)
  t.is(remarks.length, 1)
  t.false((await earshot(['validate', RECIPE])).out.includes('no embeddings'))
})

test('annotations that end before they begin are told with their lines, where the graph learns from them', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-validate-'))
  writeFileSync(join(folder, 'a.wav'), '')
  writeFileSync(join(folder, 'events.tsv'), 'file\tonset\toffset\tevent_label\na.wav\t2\t1\tkick\na.wav\t4\t3\tkick\n')
  const config = join(folder, 'events.yaml')
  writeFileSync(
    config,
    `extends: ${join(process.cwd(), 'configs/drum-events.yaml')}
data: { set: ./a.wav, annotations: [./events.tsv], segment: 4 s }
`,
  )
  const { code, out } = await earshot(['validate', config])
  t.is(code, 1)
  t.regex(out, /events\.tsv:2: onset '2', offset '1': expected seconds, the end\s+after/)
  t.regex(out, /2 problems/)
})

test('--version says that of the package', async t => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  t.deepEqual(await earshot(['--version']), { code: 0, out: `${version}\n`, error: '' })
})
