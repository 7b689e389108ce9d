/** From a sweep file to its jobs, or to every mistake in it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Problem, Problems } from '../../../data/problem.js'
import { editArguments } from '../../../graphs/language/edits.js'
import { renderProblem } from '../../../graphs/language/render-problem.js'
import { readConfig } from '../../../pipelines/configuration/config.js'
import { nameOf } from '../../../pipelines/jobs/processes.js'
import { jobFolder } from '../../../pipelines/sweeps/job-folder.js'
import { planSweep, testKey } from '../../../pipelines/sweeps/plan.js'
import { listJobs, planText } from '../../../pipelines/sweeps/plan-text.js'
import { runSweep } from '../../../pipelines/sweeps/run-sweep.js'
import { configKey } from '../../../pipelines/sweeps/variants.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { smallConfig } from '../../small-config.js'

const { folder } = smallConfig('sweep plan', { steps: 3, every: 1 })
let count = 0

function sweep(text: string): string {
  const file = join(folder, `sweep-${count++}.yaml`)
  writeFileSync(file, text)
  return file
}

const plan = (text: string) => planSweep(sweep(text), scratchFolder('plan'))

/** What is printed of a bad sweep, without excerpts and without the folder. */
async function complaints(text: string): Promise<string> {
  const file = sweep(text)
  const error = await planSweep(file).then(
    () => new Error('there is nothing wrong'),
    error => error,
  )
  const problems: Problem[] = error instanceof Problems ? [...error.problems] : error instanceof Problem ? [error] : []
  const lines = problems.flatMap(problem => renderProblem(problem).replaceAll(file, 'F').split('\n'))
  return lines.filter(line => !/^ +(\d+ )?\|/.test(line)).join('\n')
}

test('arms, grid and drawn arms; the same config twice is one job; each distinct graph is checked once', async t => {
  const { arms, jobs, graphs, against } = await plan(`
base: small.yaml
seeds: [0, 1]
arms: { base: [], twin: [], fast: { edits: [{ set: train.steps=2 }], seeds: [5] } }
grid: { nodes.near.mode: [same, random], train.schedule.learning-rate: [0.03, 0.05] }
random: { count: 3, draw: { train.steps: { whole: [5, 9] }, train.schedule.learning-rate: { log: [0.01, 1] } } }
`)
  t.is(against, 'base')
  t.deepEqual(
    arms.map(({ name }) => name),
    [
      ...['base', 'twin', 'fast'],
      'nodes.near.mode=same,train.schedule.learning-rate=0.03',
      'nodes.near.mode=same,train.schedule.learning-rate=0.05',
      'nodes.near.mode=random,train.schedule.learning-rate=0.03',
      'nodes.near.mode=random,train.schedule.learning-rate=0.05',
      ...['random-1', 'random-2', 'random-3'],
    ],
  )
  const keys = (name: string) => arms.find(arm => arm.name === name)!.jobs.map(({ key }) => key)
  t.deepEqual(keys('twin'), keys('base'))
  t.deepEqual(keys('nodes.near.mode=random,train.schedule.learning-rate=0.05'), keys('base'))
  t.is(keys('fast').length, 1)
  t.is(jobs.size, 2 + 1 + 3 * 2 + 3 * 2)
  t.is(graphs, 3, 'of the base, and with each mode')
  t.deepEqual([...new Set([...jobs.values()].map(({ seed }) => seed))], [0, 1, 5], 'seed after seed')
})

test('an arm may change another config than the others; one that is not there is told where it is named', async t => {
  writeFileSync(join(folder, 'other.yaml'), 'extends: small.yaml\ntrain: { steps: 2 }\n')
  const text = 'base: small.yaml\narms: { base: [], shorter: { base: other.yaml }, too: [{ set: train.steps=2 }] }'
  const made = await plan(text)
  t.deepEqual(
    [...made.jobs.values()].map(({ arm, base, steps }) => [arm, base, steps]),
    [
      ['base', join(folder, 'small.yaml'), 3],
      ['shorter', join(folder, 'other.yaml'), 2],
    ],
  )
  t.regex(planText(made, listJobs(made), {}), /shorter .* \S*other\.yaml/)
  t.regex(await complaints(text.replace('other', 'lost')), /arms\.shorter\.base\n.*There is no file .*lost\.yaml/)
})

test('drawn arms stay as they are when more are drawn and more is drawn', async t => {
  const drawn = async (random: string) =>
    (await plan(`base: small.yaml\nrandom: ${random}\n`)).arms.map(({ edits }) => edits)
  const few = await drawn('{ count: 2, seed: 4, draw: { train.schedule.learning-rate: { log: [0.01, 1] } } }')
  const more = await drawn(
    '{ count: 5, seed: 4, draw: { train.steps: { of: [3, 4] }, train.schedule.learning-rate: { log: [0.01, 1] } } }',
  )
  t.deepEqual(
    more.slice(0, 2).map(edits => edits[1]),
    few.map(edits => edits[0]),
  )
  for (const [edit] of few) {
    const value = Number('set' in edit! ? edit.set.split('=')[1] : Number.NaN)
    t.true(value >= 0.01 && value <= 1)
  }
})

test('the key of a job is that of its config as the command line reads it, whatever its names and places', async t => {
  const { jobs, base } = await plan(`
base: small.yaml
edits: [{ set: train.log-every=2 }]
seeds: [7]
arms: { a: [{ set: nodes.similarity.temperature=0.3 }, { set: train.schedule.learning-rate=0.01 }, { without: mixed }] }
budget: { threads: 1 }
`)
  const [job] = [...jobs.values()]
  t.is(await configKey(await readConfig(base, job!.edits)), job!.key)
  t.is(await configKey(await readConfig(base, [...job!.edits, { set: 'name=other' }])), job!.key)
  t.not(await configKey(await readConfig(base, [...job!.edits, { set: 'train.threads=2' }])), job!.key)
})

test('a value that refers to a training setting keeps the whole config together', async t => {
  const base = join(folder, 'referring.yaml')
  const [rate, seed] = ['$' + '{train.schedule.learning-rate}', '$' + '{train.seed}']
  writeFileSync(
    base,
    `extends: small.yaml\nnodes: { similarity: { temperature: '${rate}' } }\ntrain: { seed: 3, log-every: '${seed}' }\n`,
  )
  const { jobs, graphs } = await plan(
    'base: referring.yaml\ngrid: { train.schedule.learning-rate: [0.1, 0.2] }\nseeds: [1, 2]\n',
  )
  t.is(graphs, 5)
  for (const job of jobs.values()) t.is(await configKey(await readConfig(base, job.edits)), job.key)
})

test('many jobs are listed in short', async t => {
  const many = await plan('base: small.yaml\nrandom: { count: 60, draw: { train.steps: { whole: [1, 9999] } } }\n')
  const listed = listJobs(many)
  t.is(many.graphs, 1)
  t.regex(planText(many, listed, {}), /\nand 20 more \(--all shows them\)\n\n60 jobs: 60 waiting\.\n/)
  t.notRegex(planText(many, listed, { all: true }), /more \(--all/)
})

const GALLERY: [what: string, text: string, expected: string][] = [
  [
    'no base',
    'base: nothing.yaml\narms: { a: [] }',
    `F:1:7  base\n  There is no file ${join(folder, 'nothing.yaml')}.\n`,
  ],
  ['no arms', 'base: small.yaml', 'F:1:1\n  There are no arms: write arms, grid or random.'],
  [
    'unknown keys',
    'base: small.yaml\nseed: [1]\narms: { a: [] }\nbudget: { thread: 2 }',
    "F:2:1  seed\n  sweep has no setting 'seed'. Did you mean 'seeds' (default [0])?\nF:4:11  budget.thread\n  'sweep.budget' has no setting 'thread'. Did you mean 'threads'?",
  ],
  [
    'an edit that is none',
    'base: small.yaml\narms: { a: [{ sett: x=1 }], b: 5 }',
    "F:2:13  arms.a.0\n  arms.a.0: there is no 'sett', did you mean 'set'? An edit is one of { set: train.steps=600 }, {\n  without: mixed } or { swap: encoder=resnet18 }.\nF:2:32  arms.b\n  arms.b: an arm is a list of edits ([] for none), or { base: other.yaml, edits: [...], seeds: [...] }, not 5.",
  ],
  [
    'mistakes of several arms, each where its edit stands',
    'base: small.yaml\narms:\n  a: [{ set: train.stesp=3 }]\n  b: [{ without: mixd }]\n  c: [{ swap: encoder=vg }]\n',
    "F:3:7  train.stesp\n  Arm 'a': train has no setting 'stesp'. Did you mean 'steps'?\nF:4:7\n  Arm 'b': There is no node 'mixd'. Did you mean 'mixed'?\nF:5:7  nodes.encoder\n  Arm 'c': There is no stage 'vg'. Did you mean 'vgg'?",
  ],
  [
    'one mistake that all arms have is told once',
    'base: small.yaml\nedits: [{ set: train.stesp=3 }]\narms: { a: [], b: [{ set: train.steps=4 }] }',
    "F:2:9  train.stesp\n  Arm 'a': train has no setting 'stesp'. Did you mean 'steps'?",
  ],
  [
    'a seed as an edit',
    'base: small.yaml\narms: { a: [{ set: train.seed=3 }] }',
    "F:2:20  arms.a.0\n  The seeds of a sweep stand under 'seeds': of all arms, or of one arm.",
  ],
  [
    'no such arm to compare with',
    'base: small.yaml\narms: { base: [] }\nagainst: bas',
    "F:3:10  against\n  There is no arm 'bas'. Did you mean 'base'?",
  ],
  [
    'claims about arms and evaluations that are not there',
    'base: small.yaml\narms: { base: [] }\nclaims: { x: { better: bas, than: { best: [base], by: kit }, on: [base] } }',
    `F:3:24  claims.x.better\n  There is no arm 'bas'. Did you mean 'base'?\n\nF:3:35  claims.x.than\n  There is no evaluation 'kit'.\n\nF:3:66  claims.x.on\n  There is no evaluation 'base'.`,
  ],
  [
    'sounds to judge by that are not there',
    'base: small.yaml\narms: { a: [] }\nevaluate: { x: { set: no.yaml, label: l } }',
    `F:3:23  evaluate.x.set\n  ${join(folder, 'no.yaml')}: there is no such file or folder.\n  Name a folder of recordings or tars, an audio file, a table, annotations or a data set file (data/sets/*.yaml).`,
  ],
  [
    'amounts',
    'base: small.yaml\narms: { a: [] }\nbudget: { memory: 4 }',
    "F:3:19  budget.memory\n  budget.memory: '4' is not an amount of memory: expected a number and one of kB, MB, GB, TB, such\n  as 4 GB.\n  budget.memory (default 2 GB): memory that must be free before another job is started",
  ],
  [
    'ends of a draw',
    'base: small.yaml\nrandom: { count: 3, draw: { train.steps: [5, 1], nodes.similarity.temperature: { log: [0, 1] } } }',
    'F:2:42  random.draw.train.steps\n  random.draw.train.steps: the lower end comes first.\nF:2:87  random.draw.nodes.similarity.temperature.log\n  random.draw.nodes.similarity.temperature.log: a logarithmic draw needs ends above 0.',
  ],
]

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim()

for (const [what, text, expected] of GALLERY)
  test(`bad sweep: ${what}`, async t => {
    t.true(oneLine(await complaints(text)).startsWith(oneLine(expected)), await complaints(text))
  })

test('files in edits are named from the folder of the sweep file, and mean the same in the job that is started', async t => {
  const inner = join(folder, 'inner')
  mkdirSync(inner, { recursive: true })
  const file = join(inner, 'sweep.yaml')
  writeFileSync(
    file,
    'base: ../small.yaml\nedits: [{ set: train.steps=2 }]\narms: { own: [{ set: data.set=../sounds }, { set: train.steps=3 }] }\ngrid: { data.set: [../sounds] }\n',
  )
  const { jobs, base } = await planSweep(file, scratchFolder('plan'))
  const [own, drawn] = [...jobs.values()]
  t.is((await readConfig(base, own!.edits)).data.set, join(folder, 'sounds'))
  t.is((await readConfig(base, drawn!.edits)).data.set, join(folder, 'sounds'))
  const { code, out } = await earshot(['config', base, ...editArguments(own!.edits), '--json'])
  t.is(code, 0)
  t.is(JSON.parse(out).data.set, join(folder, 'sounds'))
})

const small = 'base: small.yaml\narms: { base: [] }\nbudget: { threads: 2 }\n'

test.serial(
  'labels that are edited after an evaluation, and clips that come to the training, are other jobs',
  async t => {
    const evaluated = `${small}evaluate: { kits: { set: judged.tsv, label: label } }\n`
    const table = (label: string) =>
      `file\tlabel\n${readdirSync(join(folder, 'sounds'))
        .filter(name => name.endsWith('.flac'))
        .map(name => `sounds/${name}\t${label}\n`)
        .join('')}`
    writeFileSync(join(folder, 'judged.tsv'), table('this'))
    const keys = async () => {
      const { tests, jobs } = await plan(evaluated)
      return [...jobs.values()].map(job => [job.key, testKey(tests[0]!, job)])[0]!
    }
    const [key, test] = await keys()
    t.deepEqual(await keys(), [key, test])
    writeFileSync(join(folder, 'judged.tsv'), table('that'))
    const [sameKey, otherTest] = await keys()
    t.is(sameKey, key)
    t.not(otherTest, test)
    const [first] = readdirSync(join(folder, 'sounds')).filter(name => name.endsWith('.flac'))
    copyFileSync(join(folder, 'sounds', first!), join(folder, 'sounds', 'one-more.flac'))
    t.not((await keys())[0], key)
    rmSync(join(folder, 'sounds', 'one-more.flac'))
    t.is((await keys())[0], key)
  },
)

test('threads that an arm sets are its own; the budget gives them to the others', async t => {
  const { jobs } = await plan(`${small.replace('{ base: [] }', '{ base: [], one: [{ set: train.threads=1 }] }')}`)
  const threads = [...jobs.values()].map(({ edits }) => edits.map(edit => ('set' in edit ? edit.set : '')).join(' '))
  t.deepEqual(threads, ['train.threads=2 train.seed=0', 'train.threads=1 train.seed=0'])
})

test('what a grid and draws may hold, and what no claim can decide', async t => {
  const { arms } = await plan('base: small.yaml\ngrid: { nodes.mixed.ratio: [[0, 0.1], [0, 0.2]] }\n')
  t.deepEqual(
    arms.map(({ name }) => name),
    ['nodes.mixed.ratio=[0,0.1]', 'nodes.mixed.ratio=[0,0.2]'],
  )
  t.regex(
    await complaints('base: small.yaml\nrandom: { count: 1, draw: { train.steps: { whole: [64, 32] } } }\n'),
    /the lower end comes first/,
  )
  const claimed = (better: string, than: string) =>
    complaints(
      `base: small.yaml\ngrid: { train.steps: [2, 3] }\nclaims: { it: { better: ${better}, than: ${than}, on: [kits] } }\n` +
        'evaluate: { kits: { set: judged.tsv, label: label } }\n',
    )
  t.regex(await claimed('train.steps=2', 'train.step=3'), /There is no arm 'train\.step=3'/)
  t.regex(await claimed('train.steps=2', 'train.steps=2'), /compares arm 'train\.steps=2' with itself/)
  t.is(await claimed('train.steps=2', 'train.steps=3'), '')
})

test('the tables of a folder are of one sweep', async t => {
  const output = scratchFolder('two sweeps')
  writeFileSync(join(output, 'sweep.json'), JSON.stringify({ name: 'first', file: 'first.yaml' }))
  const other = await planSweep(sweep(small), output)
  await t.throwsAsync(runSweep(other, { signal: AbortSignal.abort() }), { code: 'other-sweep' })
})

test('Ctrl-C while the sounds are read stops the jobs of an earlier controller, too', async t => {
  const made = await plan('base: small.yaml\narms: { base: [], short: [{ set: train.steps=2 }] }\n')
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60000)'])
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  const folder = jobFolder(made, [...made.jobs.keys()][0]!)
  mkdirSync(folder.path, { recursive: true })
  folder.write({ state: 'running', process: nameOf(child.pid!) })
  await runSweep(made, { most: 2, signal: AbortSignal.abort() })
  t.is(child.signalCode ?? (await ended)[1], 'SIGTERM')
})
