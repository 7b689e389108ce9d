/** One holder at a time; the dead hold nothing. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { JobFolder, jobPath } from '../../../pipelines/jobs/job-folder.js'
import { LocalExecutor } from '../../../pipelines/jobs/local-executor.js'
import { tryLock } from '../../../pipelines/jobs/process-lock.js'
import { isAlive, nameOf, signalTo, thisProcess } from '../../../pipelines/jobs/processes.js'
import { scratchFolder } from '../../earshot.js'

test('a lock that a living process holds is refused, and free again when it is released', t => {
  const file = join(scratchFolder('lock'), 'deeper', 'lock')
  const first = tryLock(file)
  t.true('release' in first)
  const second = tryLock(file)
  t.deepEqual('holder' in second && second.holder, thisProcess())
  if ('release' in first) first.release()
  t.false(existsSync(file))
  t.true('release' in tryLock(file))
})

test('a lock of a process that has ended is taken over, also if its number is in use again', async t => {
  const child = spawn('cat') // until its input ends
  const dead = nameOf(child.pid!)
  t.true(isAlive(dead))
  child.stdin.end()
  await new Promise(resolve => child.once('close', resolve))
  t.false(isAlive(dead))
  for (const holder of [dead, { ...thisProcess(), began: '1' }]) {
    const file = join(scratchFolder('lock'), 'lock')
    writeFileSync(file, JSON.stringify(holder))
    t.true('release' in tryLock(file))
    t.deepEqual(JSON.parse(readFileSync(file, 'utf8')), thisProcess())
  }
})

test('a lock that cannot be written is a problem that names its folder', t => {
  const folder = scratchFolder('lock')
  writeFileSync(join(folder, 'file'), '')
  for (const place of ['file', 'file/deeper'])
    t.throws(() => tryLock(join(folder, place, 'lock')), { code: 'not-writable', message: /file.* cannot be written/ })
})

test('a lock of another machine is left alone', t => {
  const file = join(scratchFolder('lock'), 'lock')
  const holder = { pid: 1, host: `not-${hostname()}`, began: '' }
  writeFileSync(file, JSON.stringify(holder))
  const lock = tryLock(file)
  t.deepEqual('holder' in lock && lock.holder, holder)
})

test('of two machines that wait for a lost one, the first takes its lock, and the second leaves it alone', t => {
  const file = join(scratchFolder('lock'), 'lock')
  const lost = { pid: 1, host: 'lost', began: '' }
  writeFileSync(file, JSON.stringify(lost))
  t.true('release' in tryLock(file, lost))
  const second = { ...thisProcess(), host: 'second' }
  writeFileSync(file, JSON.stringify(second)) // whoever was faster
  const lock = tryLock(file, lost)
  t.deepEqual('holder' in lock && lock.holder, second)
  t.deepEqual(JSON.parse(readFileSync(file, 'utf8')), second)
})

test('a job that cannot be started has failed, and says why', async t => {
  const output = scratchFolder('unstarted')
  mkdirSync(jobPath(output, 'key'), { recursive: true })
  const folder = new JobFolder(jobPath(output, 'key'))
  const executor = new LocalExecutor({ output, command: ['job', 'x'.repeat(3e6)], most: 1, memory: 1 })
  await executor.start(['key'])
  t.is(folder.status()?.state, 'failed')
  t.regex(folder.status()!.reason!, /could not be started: .*E2BIG/)
  t.deepEqual([...(await executor.alive(['key']))], [])
})

test('a signal reaches the process that was meant, or nobody', async t => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
  const name = nameOf(child.pid!)
  signalTo({ ...name, began: '1' }, 'SIGKILL')
  t.true(isAlive(name))
  signalTo(name, 'SIGKILL')
  const killed = await new Promise(resolve => child.once('close', (_, signal) => resolve(signal)))
  t.is(killed, 'SIGKILL')
})

test('no job is started beside another while memory is short, but one always is', t => {
  const output = scratchFolder('room')
  const plenty = new LocalExecutor({ output, command: ['job'], most: 3, memory: 1 })
  t.deepEqual(
    [0, 1, 2, 3].map(underWay => plenty.room(underWay)),
    [1, 1, 1, 0],
  )
  const short = new LocalExecutor({ output, command: ['job'], most: 3, memory: 1e18 })
  t.deepEqual(
    [0, 1, 2, 3].map(underWay => short.room(underWay)),
    [1, 0, 0, 0],
  )
})
