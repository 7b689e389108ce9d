/** Calls of an object in another thread: what comes back, in words too, and what becomes of them when it dies. */
import { Worker } from 'node:worker_threads'
import test from 'ava'
import { Problem } from '../../../data/problem.js'
import { connect, type Remote } from '../../../pipelines/model/calls.js'
import type { Answering } from './answering.js'

const answering = (workerData?: string): Promise<Remote<Answering>> =>
  connect<Answering>(new Worker(new URL('./answering.js', import.meta.url), { workerData }), 'The thread')

test('calls are answered in their order; arrays are handed over', async t => {
  const thread = await answering()
  const values = Float32Array.of(1, 2, 3)
  const answers = [thread.twice(values), thread.calls()] as const
  t.is(values.length, 0)
  t.deepEqual(await Promise.all(answers), [Float32Array.of(2, 4, 6), ['twice']])
  await thread.close()
  await t.throwsAsync(thread.calls(), { instanceOf: Problem, code: 'thread-ended' })
})

test('a Problem keeps its words, at the start too; a mistake keeps its stack', async t => {
  const thread = await answering()
  t.like(await t.throwsAsync(thread.refuse(), { instanceOf: Problem }), {
    code: 'refused',
    message: 'That is refused.',
    hint: 'Ask for something else.',
  })
  const mistake = await t.throwsAsync(thread.fail(), { instanceOf: TypeError, message: 'a mistake of ours' })
  t.regex(mistake!.stack!, /answering\.[jt]s/)
  await thread.close()
  t.like(await t.throwsAsync(answering('no start'), { instanceOf: Problem }), {
    message: 'There is no engine.',
    hint: 'Install it.',
  })
})

test.serial('a thread that dies ends what waits for it in one Problem, and nothing goes unhandled', async t => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)
  const thread = await answering()
  const waiting = [thread.die(), thread.calls(), thread.calls()]
  const problem = await t.throwsAsync(waiting[0]!, { instanceOf: Problem, message: /The thread has ended: code 7/ })
  await new Promise(resolve => setImmediate(resolve)) // the others are never awaited
  process.off('unhandledRejection', note)
  t.deepEqual(unhandled, [])
  t.is(await t.throwsAsync(waiting[2]!), problem)
  t.is(await t.throwsAsync(thread.calls()), problem)
  await thread.close()
})
