import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { concatMap, firstValueFrom, lastValueFrom, tap, toArray } from 'rxjs'
import { pruneCache } from '../../../data/cached-files.js'
import { Problem } from '../../../data/problem.js'
import { streamBatches } from '../../../graphs/streams/batches.js'
import { openPool, type Pool } from '../../../graphs/streams/pool.js'
import { prepareFeatures } from '../../../graphs/streams/prepare.js'
import { type Slow, slowInWords } from '../../../graphs/streams/worker-status.js'
import { isRunning } from '../../../pipelines/jobs/processes.js'
import type { Clip } from '../../../stages/values.js'
import { STAGES_MODULE, stages, wholeGraph } from './fake-graphs.js'

const graph = wholeGraph(4)
let folder: string

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'earshot-'))
})
test.after.always(() => rm(folder, { recursive: true }))

async function written(...ids: string[]): Promise<Clip[]> {
  return Promise.all(
    ids.map(async id => {
      const path = join(folder, id)
      await writeFile(path, id)
      return { id, path, labels: {} }
    }),
  )
}

const IDS = ['clip0', 'clip1', 'bad2', 'clip3', 'stubborn4', 'clip5', 'clip6', 'clip7', 'clip8', 'clip9']

async function run(workers: number, cacheFolder: string) {
  const pool = openPool({ workers })
  try {
    const clips = await written(...IDS)
    const prepared = await prepareFeatures({ graph, clips, cacheFolder, pool, stagesModule: STAGES_MODULE })
    const options = { graph, prepared, stages, pool, seed: 1, steps: 8, stagesModule: STAGES_MODULE }
    const batches = streamBatches(options).pipe(tap({ next: batch => batch.release() }), toArray())
    const plain = (await lastValueFrom(batches)).map(({ values, items, cursor }) => ({ values, items, cursor }))
    return { prepared: { ...prepared, cacheFolder: '' }, plain }
  } finally {
    await pool.close()
  }
}

test.serial('threads: 1, 2 and 3 of them give the same, with a cold and with a warm cache', async t => {
  const one = await run(1, join(folder, 'cache1'))
  t.is(one.plain.length, 8)
  t.deepEqual(
    one.prepared.skipped.map(({ clip, reason }) => [clip, reason]),
    [['bad2', 'bad2 cannot be read']],
  )
  t.deepEqual(await run(2, join(folder, 'cache2')), one)
  t.deepEqual(await run(3, join(folder, 'cache1')), one)
})

test.serial('results are moved, not copied, and each is of its own', async t => {
  const pool = openPool({ workers: 1 })
  const clips = await written('clip0', 'clip1', 'clip2', 'clip3')
  const cacheFolder = join(folder, 'moved')
  const prepared = await prepareFeatures({ graph, clips, cacheFolder, pool, stagesModule: STAGES_MODULE })
  const options = { graph, prepared, stages, pool, seed: 1, stagesModule: STAGES_MODULE }
  const { values, release } = await firstValueFrom(streamBatches(options))
  release()
  t.not(values.batch!.a!.buffer, values.batch!.b!.buffer)
  t.is(values.batch!.a!.byteLength, values.batch!.a!.buffer.byteLength)
  await pool.close()
})

test.serial('a cache that is emptied while batches are made is made again: same bits, nothing dropped', async t => {
  const clips = await written(...Array.from({ length: 300 }, (_, i) => `clip${i}`)) // more than a thread holds open
  const stream = async (name: string, afterBatch: (made: number) => Promise<unknown>) => {
    const cacheFolder = join(folder, name, 'features')
    const pool = openPool({ workers: 1 })
    try {
      const prepared = await prepareFeatures({ graph, clips, cacheFolder, pool, stagesModule: STAGES_MODULE })
      const options = { graph, prepared, stages, pool, seed: 1, steps: 90, stagesModule: STAGES_MODULE }
      let made = 0
      const batches = streamBatches({ ...options, onDrop: drop => t.fail(drop.reason) }).pipe(
        concatMap(async batch => {
          await afterBatch(++made)
          batch.release()
          return { values: batch.values, items: batch.items }
        }),
        toArray(),
      )
      return await lastValueFrom(batches)
    } finally {
      await pool.close()
    }
  }
  const empty = (made: number) =>
    made % 40 === 5 ? pruneCache({ all: true }, join(folder, 'emptied')) : Promise.resolve()
  t.deepEqual(await stream('emptied', empty), await stream('kept', () => Promise.resolve()))
})

test.serial('a cache that can no longer be written ends the stream in a Problem, not in dropped items', async t => {
  const clips = await written(...Array.from({ length: 300 }, (_, i) => `clip${i}`))
  const cacheFolder = join(folder, 'limited')
  const pool = openPool({ workers: 1 })
  const prepared = await prepareFeatures({ graph, clips, cacheFolder, pool, stagesModule: STAGES_MODULE })
  await rm(cacheFolder, { recursive: true })
  await writeFile(cacheFolder, 'a file where the folder was')
  const options = { graph, prepared, stages, pool, seed: 1, steps: 90, stagesModule: STAGES_MODULE }
  const batches = streamBatches(options).pipe(tap(batch => batch.release()))
  const error = await t.throwsAsync(lastValueFrom(batches), { instanceOf: Problem })
  t.is(error?.code, 'cache-not-writable')
  t.truthy(error?.hint)
  await pool.close()
})

/** Work on these clips, none of which is ever done. */
async function hanging(t: ExecutionContext, ids: string[], begun: (clips: Clip[]) => Promise<unknown>) {
  const pool = openPool({ workers: 2 })
  const cancel = new AbortController()
  const clips = await written(...ids)
  const cacheFolder = join(folder, `cache of ${ids[0]}`)
  const work = prepareFeatures({ graph, clips, cacheFolder, pool, stagesModule: STAGES_MODULE, signal: cancel.signal })
  const refused = t.throwsAsync(work, { message: 'enough' })
  await begun(clips)
  cancel.abort(new Error('enough'))
  await refused
  await pool.close()
}

test.serial('cancelling ends a task that hangs, and closing leaves no thread', async t => {
  await hanging(t, ['endless1', 'endless2', 'endless3'], async ([one, two]) => {
    for (const { path } of [one!, two!]) while (!existsSync(`${path}.begun`)) await sleep(10)
  })
  const threads = () => process.getActiveResourcesInfo().filter(name => name === 'Worker' || name === 'MessagePort')
  while (threads().length > 0) await sleep(20) // they take their time to end
  t.pass()
})

test.serial('closing leaves no program that a thread has started, whether the thread could say so or not', async t => {
  const pids: number[] = []
  await hanging(t, ['program1', 'program2'], async clips => {
    for (const { path } of clips) {
      while (!existsSync(`${path}.pid`)) await sleep(10)
      pids.push(Number(readFileSync(`${path}.pid`, 'utf8')))
    }
    t.true(pids.every(isRunning))
  })
  t.deepEqual(pids.filter(isRunning), [])
})

/** What is told of a stage that does not come back from a clip. */
async function toldOf(
  stage: string,
  clip: string,
  others: string[],
  run: (pool: Pool, clips: Clip[]) => Promise<unknown>,
): Promise<string> {
  const clips = await written(...others, clip)
  let tell: (slow: Slow) => void = () => {}
  const told = new Promise<Slow>(resolve => {
    tell = slow => slow.clip === clip && slow.stage === stage && resolve(slow)
  })
  const pool = openPool({ workers: 1, patience: 100, onSlow: slow => tell(slow) })
  const work = run(pool, clips).catch(() => {})
  const words = slowInWords(await told)
  await pool.close()
  await work
  return words.replace(/\d+ s/, 'n s')
}

test.serial('a stage that waits for ever is named, with the clip', async t => {
  const told = await toldOf('ramp', 'endless5', [], (pool, clips) =>
    prepareFeatures({ graph, clips, cacheFolder: join(folder, 'slow'), pool, stagesModule: STAGES_MODULE }),
  )
  t.is(told, "'mel' (ramp) has been at work on 'endless5' for n s and has not come back.")
})

test.serial('a stage that is stuck in a loop is named, too, although its thread can say nothing', async t => {
  const told = await toldOf('shake', 'stuck3', ['clip0', 'clip1', 'clip2'], async (pool, clips) => {
    const cacheFolder = join(folder, 'stuck')
    const prepared = await prepareFeatures({ graph, clips, cacheFolder, pool, stagesModule: STAGES_MODULE })
    const options = { graph, prepared, stages, pool, seed: 1, stagesModule: STAGES_MODULE }
    return firstValueFrom(streamBatches(options))
  })
  t.is(told, "'shaken' (shake) has been at work on 'stuck3' for n s and has not come back.")
})
