import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { cacheLimit } from '../../data/cache-limit.js'
import { bytesBelow } from '../../data/cached-files.js'
import { FeatureCache } from '../../data/feature-cache.js'
import { Problem } from '../../data/problem.js'

async function* numbers(count: number): AsyncGenerator<Float32Array> {
  yield new Float32Array(count)
}

test('sizes as people write them', t => {
  t.is(cacheLimit(''), undefined)
  t.is(cacheLimit('20GB'), 20e9)
  t.is(cacheLimit('1.5 mb'), 1.5e6)
  for (const wrong of ['20', 'much', '20 GiB', '1.2.3MB'])
    t.throws(() => cacheLimit(wrong), { instanceOf: Problem, message: /expected a size/ })
})

test.serial('features stop at the limit, those of others counted; what is written stays', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-'))
  const [one, other] = [new FeatureCache(folder), new FeatureCache(folder)]
  process.env.EARSHOT_CACHE_LIMIT = '10kB'
  try {
    await one.write('aa', 1, numbers(1000)) // 4,064 bytes each
    await other.write('ab', 1, numbers(1000))
    const problem = await t.throwsAsync(one.write('ac', 1, numbers(1000)), { instanceOf: Problem })
    t.is((problem as Problem).code, 'cache-limit')
    t.regex(problem!.message, /more than EARSHOT_CACHE_LIMIT allows: 10kB/)
    await one.write('ac', 1, numbers(100))
    t.is(await bytesBelow(folder), 2 * 4064 + 464)
    t.deepEqual(readdirSync(join(folder, 'ac')), ['ac.f32'])
    process.env.EARSHOT_CACHE_LIMIT = '20kB'
    await t.notThrowsAsync(one.write('ad', 1, numbers(1000)))
  } finally {
    delete process.env.EARSHOT_CACHE_LIMIT
  }
})
