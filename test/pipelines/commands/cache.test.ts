import { mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Command } from 'commander'
import { cacheSummary, pruneCache } from '../../../data/cached-files.js'
import { Problem } from '../../../data/problem.js'
import register, { describeBytes } from '../../../pipelines/commands/cache.js'

const DAY = 86_400_000
/** A cache with three features of 1000 bytes, 1, 10 and 40 days old, what a killed writer left, and an engine. */
function someCache(): string {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-'))
  const put = (name: string, days: number) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), Buffer.alloc(1000))
    const time = new Date(Date.now() - days * DAY)
    utimesSync(join(folder, name), time, time)
  }
  put('features/aa/new.f32', 1)
  put('features/aa/middle.f32', 10)
  put('features/bb/old.f32', 40)
  put('features/bb/.old.123.ff', 2)
  put('engine/addon.node', 400)
  return folder
}
const features = (folder: string) => ['aa', 'bb'].flatMap(name => readdirSync(join(folder, 'features', name))).sort()

test('sizes by sub-folder', async t => {
  t.deepEqual(await cacheSummary(someCache()), [
    { name: 'engine', files: 1, bytes: 1000 },
    { name: 'features', files: 4, bytes: 4000 },
  ])
  t.deepEqual(await cacheSummary('/nowhere'), [])
})

test('by age: older ones go, and what killed writers left', async t => {
  const folder = someCache()
  t.deepEqual(await pruneCache({ olderThan: 30 * DAY }, folder), { files: 2, bytes: 2000 })
  t.deepEqual(features(folder), ['middle.f32', 'new.f32'])
})

test('by size: the longest unused go first', async t => {
  const folder = someCache()
  await pruneCache({ keep: 1500 }, folder)
  t.deepEqual(features(folder), ['new.f32'])
})

test('all features go, the engine stays', async t => {
  const folder = someCache()
  await pruneCache({ all: true }, folder)
  t.deepEqual(features(folder), [])
  t.deepEqual(readdirSync(join(folder, 'engine')), ['addon.node'])
})

test.serial('the verb reads ages and sizes, and says what it does not understand', async t => {
  process.env.EARSHOT_CACHE = someCache()
  const run = (...argv: string[]) => {
    const program = new Command()
    register(program)
    return program.parseAsync(['cache', 'prune', ...argv], { from: 'user' })
  }
  await run('--older-than', '5 d')
  t.deepEqual(features(process.env.EARSHOT_CACHE), ['new.f32'])
  await run('--keep', '0.5kb')
  t.deepEqual(features(process.env.EARSHOT_CACHE), [])
  for (const argv of [['--keep', 'lots'], ['--older-than', '5'], []]) {
    const error = await t.throwsAsync(run(...argv), { instanceOf: Problem })
    t.is((error as Problem).code, 'bad-option')
  }
  delete process.env.EARSHOT_CACHE
})

test('bytes as people read them', t => {
  t.deepEqual([0, 999, 1000, 1_450_000, 52e9].map(describeBytes), ['0 B', '999 B', '1.0 kB', '1.4 MB', '52 GB'])
})
