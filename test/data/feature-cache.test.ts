import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { FeatureCache } from '../../data/feature-cache.js'
import { Problem } from '../../data/problem.js'
import { fc, testProp } from '../properties.js'

const newCache = () => new FeatureCache(mkdtempSync(join(tmpdir(), 'earshot-')))
const KEY = 'ab12'
const pathOf = (cache: FeatureCache, key = KEY) => join(cache.folder, key.slice(0, 2), `${key}.f32`)

async function* blocks(...parts: number[][]): AsyncGenerator<Float32Array> {
  for (const part of parts) yield Float32Array.from(part)
}

test('what was written is read by range, with its sums', async t => {
  const cache = newCache()
  t.is(cache.open(KEY), undefined)
  await cache.write(KEY, 2, blocks([1, 2, 3, 4], [5, 6]))
  const feature = cache.open(KEY)!
  t.is(feature.frames, 3)
  t.is(feature.bands, 2)
  t.deepEqual(feature.summary, { count: 6, sum: 21, sumOfSquares: 91 })
  t.deepEqual([...feature.read(1, 2)], [3, 4, 5, 6])
  t.deepEqual([...feature.read(3, 0)], [])
  t.throws(() => feature.read(2, 2), { instanceOf: RangeError })
  feature.close()
  t.deepEqual([...feature.read(0, 1)], [1, 2])
})

test('what is odd about a file is kept with its feature', async t => {
  const cache = newCache()
  const notes = ['it ends early', 'ünusual']
  const written = await cache.write(KEY, 2, blocks([1, 2]), { notes: () => notes, seconds: () => 3 })
  t.deepEqual(written.notes, notes)
  const { notes: kept, seconds, frames } = cache.open(KEY)!
  t.deepEqual([kept, seconds, frames], [notes, 3, 1])
})

testProp(
  'any cut and any changed byte make a feature absent',
  [fc.nat({ max: 10_000 }), fc.boolean()],
  async (t, at, cut) => {
    const cache = newCache()
    ;(await cache.write(KEY, 4, blocks([1, 2, 3, 4, 5, 6, 7, 8]), { notes: () => ['odd'] })).close()
    const path = pathOf(cache)
    const bytes = readFileSync(path)
    const place = at % bytes.length
    if (cut) truncateSync(path, place)
    else {
      bytes[place]! ^= 0x10
      writeFileSync(path, bytes)
    }
    t.is(cache.open(KEY), undefined)
  },
  { numRuns: 60 },
)

test('a file with bytes behind its end is absent too', async t => {
  const cache = newCache()
  ;(await cache.write(KEY, 2, blocks([1, 2]))).close()
  writeFileSync(pathOf(cache), Buffer.concat([readFileSync(pathOf(cache)), Buffer.alloc(3)]))
  t.is(cache.open(KEY), undefined)
})

test('a source that fails leaves nothing behind', async t => {
  const cache = newCache()
  await t.throwsAsync(
    cache.write(
      KEY,
      2,
      (async function* () {
        yield Float32Array.of(1, 2)
        throw new Error('bad clip')
      })(),
    ),
    { message: 'bad clip' },
  )
  t.is(cache.open(KEY), undefined)
  t.deepEqual(readdirSync(join(cache.folder, 'ab')), [])
})

test('writers that meet do no harm', async t => {
  const cache = newCache()
  await Promise.all(Array.from({ length: 8 }, () => cache.write(KEY, 2, blocks([1, 2], [3, 4]))))
  t.deepEqual([...cache.open(KEY)!.read(0, 2)], [1, 2, 3, 4])
  t.deepEqual(readdirSync(join(cache.folder, 'ab')), [`${KEY}.f32`])
})

test('more features than may be open at once', async t => {
  const cache = newCache()
  const keys = Array.from({ length: 600 }, (_, i) => i.toString(16).padStart(4, '0'))
  for (const [i, key] of keys.entries()) await cache.write(key, 1, blocks([i]))
  const features = keys.map(key => cache.open(key)!)
  for (const [i, feature] of features.entries()) t.is(feature.read(0, 1)[0], i)
  if (existsSync('/proc/self/fd')) t.true(readdirSync('/proc/self/fd').length < 400)
})

test('a folder that is a file is a problem that names it', async t => {
  const file = join(newCache().folder, 'taken')
  writeFileSync(file, '')
  const error = await t.throwsAsync(new FeatureCache(file).write(KEY, 1, blocks([1])), { instanceOf: Problem })
  t.is((error as Problem).code, 'cache-not-writable')
  t.regex(error!.message + (error as Problem).hint, /taken.*EARSHOT_CACHE/)
})

const full = existsSync('/dev/full') ? test : test.skip
full('a full disk is a problem that names the folder and EARSHOT_CACHE', async t => {
  const { problemOf } = await import('../../data/feature-cache.js')
  let failure: unknown
  try {
    writeFileSync('/dev/full', 'x')
  } catch (error) {
    failure = error
  }
  const problem = problemOf(failure, '/some/cache') as Problem
  t.is(problem.code, 'cache-full')
  t.regex(problem.message + problem.hint, /\/some\/cache.*EARSHOT_CACHE/)
})

const asUser = process.getuid?.() === 0 ? test.skip : test
asUser('a folder that may not be written is a problem', async t => {
  const cache = newCache()
  chmodSync(cache.folder, 0o500)
  const error = await t.throwsAsync(cache.write(KEY, 1, blocks([1])), { instanceOf: Problem })
  t.is((error as Problem).code, 'cache-not-writable')
})

test('a feature that is taken away while it is in use says so, and is made again', async t => {
  const cache = newCache()
  const feature = await cache.write(KEY, 2, blocks([1, 2, 3, 4]))
  feature.close()
  rmSync(cache.folder, { recursive: true })
  const error = t.throws(() => feature.read(0, 1), { instanceOf: Problem })
  t.is((error as Problem).code, 'cache-changed')
  t.throws(() => cache.get(KEY), { instanceOf: Problem })
  await cache.write(KEY, 2, blocks([1, 2, 3, 4]))
  t.deepEqual([...feature.read(1, 1)], [3, 4])
  t.deepEqual([...cache.get(KEY).read(1, 1)], [3, 4])
})
