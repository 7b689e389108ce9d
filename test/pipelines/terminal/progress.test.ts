import test from 'ava'
import { withBar, withBars } from '../../../pipelines/terminal/progress.js'

/** What is said meanwhile where no terminal is: one line at the end of each bar. */
async function saidBy(work: () => Promise<unknown>): Promise<string[]> {
  const { write } = process.stderr
  const { isTTY } = process.stderr
  let said = ''
  process.stderr.isTTY = false
  process.stderr.write = (text: string | Uint8Array) => {
    said += text
    return true
  }
  try {
    await work()
  } finally {
    Object.assign(process.stderr, { write, isTTY })
  }
  return said.split('\n').map(line => line.replace(/,.*/, ''))
}

test.serial('one bar after the other, each as long as it is when it begins', async t => {
  const said = await saidBy(() =>
    withBars(async begin => {
      begin('reading', 3)()
      const tick = begin('comparing', 2)
      tick()
      tick()
    }),
  )
  t.deepEqual(said, ['reading 1/3', 'comparing 2/2', ''])
})

test.serial('a bar that learns its length with the first step; none without a step', async t => {
  const steps = await saidBy(() =>
    withBar('places', async onStep => {
      for (const done of [1, 2, 3]) onStep(done, 4)
    }),
  )
  t.deepEqual(steps, ['places 3/4', ''])
  t.deepEqual(await saidBy(() => withBar('places', async () => {})), [''])
})

test.serial('it ends where the work fails', async t => {
  const said = await saidBy(() =>
    t.throwsAsync(
      withBar('places', async onStep => {
        onStep(1, 4)
        throw new RangeError('no more')
      }),
    ),
  )
  t.deepEqual(said, ['places 1/4', ''])
})
