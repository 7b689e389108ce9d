import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { Credits, type Permit } from '../../../graphs/streams/credits.js'
import { fc, testProp } from '../../properties.js'

test('first come, first served', async t => {
  const credits = new Credits({ items: 1 })
  const first = await credits.acquire()
  const order: number[] = []
  const others = [1, 2, 3].map(async which => {
    const permit = await credits.acquire()
    order.push(which)
    permit.release()
  })
  t.is(credits.waiting, 3)
  t.is(credits.tryAcquire(), undefined)
  first.release()
  await Promise.all(others)
  t.deepEqual(order, [1, 2, 3])
  t.is(credits.inFlight, 0)
})

test('a permit is given back once', async t => {
  const credits = new Credits({ items: 2 })
  const [one] = [await credits.acquire(), await credits.acquire()]
  one.release()
  one.release()
  t.is(credits.inFlight, 1)
})

test('bytes bound too, and who is first in line is not overtaken', async t => {
  const credits = new Credits({ items: 10, bytes: 100 })
  const large = await credits.acquire(80)
  const waiting = credits.acquire(50)
  t.is(credits.tryAcquire(10), undefined)
  large.release()
  await waiting
  t.is(credits.bytesInFlight, 50)
})

test('an item above the window is an error, not a wait for ever', async t => {
  await t.throwsAsync(new Credits({ items: 1, bytes: 10 }).acquire(11), { instanceOf: RangeError })
  t.throws(() => new Credits({ items: 0 }), { instanceOf: RangeError })
})

test('who gives up leaves the line to the next', async t => {
  const credits = new Credits({ items: 10, bytes: 100 })
  await credits.acquire(80)
  const cancel = new AbortController()
  const large = credits.acquire(100, cancel.signal)
  const small = credits.acquire(10)
  cancel.abort(new Error('enough'))
  await t.throwsAsync(large, { message: 'enough' })
  await small
  t.is(credits.bytesInFlight, 90)
  await t.throwsAsync(credits.acquire(1, cancel.signal), { message: 'enough' })
})

/** What befalls an item at a stage. */
const fates = fc.constantFrom('pass', 'pass', 'pass', 'wait', 'drop', 'fail')
const pipelines = fc.record({
  window: fc.integer({ min: 1, max: 8 }),
  bytes: fc.integer({ min: 4, max: 20 }),
  sizes: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 60 }),
  stages: fc.array(fc.array(fates, { minLength: 1, maxLength: 7 }), { maxLength: 4 }),
  gather: fc.integer({ min: 1, max: 8 }),
  slow: fc.boolean(),
  cancelAfter: fc.option(fc.integer({ min: 0, max: 40 })),
})

testProp(
  'over random pipelines: never above the window, every permit returned, no deadlock',
  [pipelines],
  async (t, { window, bytes, sizes, stages, gather, slow, cancelAfter }) => {
    const credits = new Credits({ items: window, bytes })
    const cancel = new AbortController()
    let batch: Permit[] = []
    let highest = 0
    const watch = () => {
      highest = Math.max(highest, credits.inFlight)
      t.true(credits.inFlight <= window && credits.bytesInFlight <= bytes)
    }
    const letGo = async () => {
      const full = batch
      batch = []
      if (slow) await sleep(0)
      for (const permit of full) permit.release()
    }
    const travel = async (permit: Permit, index: number) => {
      for (const stage of stages) {
        const fate = stage[index % stage.length]
        if (fate === 'wait') await sleep(0)
        if (fate === 'drop' || fate === 'fail' || cancel.signal.aborted) return permit.release()
      }
      batch.push(permit)
      // a batch that the window cannot hold is let go when the window is full
      if (batch.length >= Math.min(gather, window) || credits.inFlight === window || credits.waiting > 0) await letGo()
    }
    const travels: Promise<void>[] = []
    try {
      for (const [index, size] of sizes.entries()) {
        if (index === cancelAfter) cancel.abort(new Error('enough'))
        if (credits.inFlight === window || credits.bytesInFlight + size > bytes) setTimeout(letGo, 0)
        const permit = await credits.acquire(size, cancel.signal)
        watch()
        travels.push(travel(permit, index))
      }
    } catch (error) {
      t.is((error as Error).message, 'enough')
    }
    await Promise.all(travels)
    await letGo()
    t.is(credits.inFlight, 0)
    t.is(credits.bytesInFlight, 0)
    t.is(credits.waiting, 0)
    if (sizes.length > 0 && cancelAfter === null) t.true(highest >= 1)
  },
  { numRuns: 300 },
)
