import { lstatSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import type { Problem } from '../../../data/problem.js'
import { DEFAULT_CHOICE, engineKey } from '../../../engine/install/choice.js'
import { ensureEngine, installEngine } from '../../../engine/install/install-engine.js'
import { engineIn } from '../../../engine/install/place.js'
import * as fake from './fake-tools.js'

const KEY = engineKey(DEFAULT_CHOICE)
const PATH = process.env.PATH

test.afterEach.always(() => {
  process.env.PATH = PATH
})

/** Only the fake programs are on the PATH. */
function prepare(t: ExecutionContext, tools: Record<string, string>): ReturnType<typeof fake.workshop> {
  const shop = fake.workshop(t, tools)
  process.env.PATH = shop.path
  return shop
}

const good = { python3: fake.PYTHON, npm: fake.NPM, 'g++': fake.COMPILER }

test.serial('an installation leaves the engine in the cache, a link to it, and nothing else', async t => {
  const { cache, place } = prepare(t, good)
  const { folder, reused } = await installEngine({ cache, place })
  t.false(reused)
  t.is(folder, join(cache, 'engine', KEY))
  t.deepEqual(readdirSync(join(cache, 'engine')), [KEY])
  t.deepEqual(readdirSync(folder).sort(), ['tensorflow', 'tfjs-node.tgz', 'tfjs_binding.node'])
  t.deepEqual(readdirSync(join(folder, 'tensorflow')), ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
  t.is(readlinkSync(engineIn(place)), folder)
  t.deepEqual(readdirSync(dirname(place)), ['.earshot-engine'])
  t.true(readdirSync(join(place, 'dist')).includes('nodejs_kernel_backend.js'))
})

test.serial('an engine in place is left alone, and one in the cache is linked, both without any tool', async t => {
  const { cache, place } = prepare(t, good)
  await ensureEngine({ cache, place })
  process.env.PATH = '/nonexistent'
  const { mtimeMs } = lstatSync(place)
  t.true((await ensureEngine({ cache, place })).reused)
  t.is(lstatSync(place).mtimeMs, mtimeMs)
  rmSync(place, { recursive: true })
  t.true((await ensureEngine({ cache, place })).reused)
  t.is(readlinkSync(engineIn(place)), join(cache, 'engine', KEY))
})

test.serial('of two at once the first wins, the second uses its engine, and neither leaves anything', async t => {
  const { cache, place } = prepare(t, good)
  const both = [ensureEngine({ cache, place }), ensureEngine({ cache, place })]
  const { folder } = await Promise.race(both)
  const { ino } = lstatSync(folder)
  const ends = await Promise.all(both)
  t.deepEqual(new Set(ends.map(end => end.folder)), new Set([folder]))
  t.is(lstatSync(folder).ino, ino)
  t.deepEqual(readdirSync(join(cache, 'engine')), [KEY])
  t.deepEqual(readdirSync(dirname(place)), ['.earshot-engine'])
})

test.serial('an engine that lost a library is built again', async t => {
  const { cache, place } = prepare(t, good)
  const { folder } = await ensureEngine({ cache, place })
  rmSync(join(folder, 'tensorflow', 'libtensorflow_cc.so.2'))
  t.false((await ensureEngine({ cache, place })).reused)
  t.deepEqual(readdirSync(join(cache, 'engine')), [KEY])
})

test.serial('a version chosen once is kept by later set-ups', async t => {
  const { cache, place, folder } = prepare(t, { python3: fake.PYTHON_WITHOUT_PIP, 'g++': fake.COMPILER })
  const wheels = fake.broughtTo(folder, fake.WHEEL.replace('2.18.1', '2.21.0'))
  await installEngine({ cache, place, from: wheels })
  rmSync(place, { recursive: true })
  const { choice, reused } = await ensureEngine({ cache, place })
  t.true(reused)
  t.deepEqual(choice, { package: 'tensorflow-cpu', version: '2.21.0' })
})

const refusals: [what: string, tools: Record<string, string>, code: string, message: RegExp, hint: RegExp][] = [
  [
    'no compiler',
    { python3: fake.PYTHON },
    'missing-tools',
    /a C\+\+ compiler \(g\+\+\) is missing/,
    /^apt-get install g\+\+$/,
  ],
  [
    'no pip',
    { python3: fake.PYTHON_WITHOUT_PIP, 'g++': fake.COMPILER },
    'missing-tools',
    /pip is missing/,
    /python3-pip$/,
  ],
  ['nothing at all', {}, 'missing-tools', /g\+\+\) and python3 and pip are missing/, /g\+\+ python3 python3-pip$/],
  ['no index', { ...good, python3: fake.PYTHON_OFFLINE }, 'no-wheel', /reached no package index/, /--from wheels/],
  ['npm without a network', { ...good, npm: fake.NPM_OFFLINE }, 'no-package', /network connectivity/, /--from wheels/],
  [
    'another package',
    { ...good, npm: fake.NPM_WRONG },
    'no-package',
    /is not @tensorflow.* as it was published/,
    /again/,
  ],
  ['an old compiler', { ...good, 'g++': fake.COMPILER_FAILING }, 'no-addon', /unrecognized command line/, /g\+\+ 9/],
  ['an addon that does not load', { ...good, 'g++': fake.COMPILER_WRONG }, 'no-addon', /does not load/, /2\.15\.1/],
]
for (const [what, tools, code, message, hint] of refusals) {
  test.serial(`${what}: one sentence, the mending command, and nothing left behind`, async t => {
    const { cache, place } = prepare(t, tools)
    const problem = await t.throwsAsync<Problem>(ensureEngine({ cache, place }), { name: 'Problem', message })
    t.is(problem?.code, code)
    t.regex(problem?.hint ?? '', hint)
    t.deepEqual(existing(join(cache, 'engine')), [])
    t.deepEqual(existing(dirname(place)), [])
  })
}

function existing(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
