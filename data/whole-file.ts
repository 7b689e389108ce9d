/** Files that appear whole: written beside their place under a name that says who is at it, and renamed. */
import { hash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { Problem } from './problem.js'
import { inPlainWords, isFull, systemCode } from './system-problem.js'

/** Of this machine: what a process of another one is writing is left alone. */
const HERE = hash('sha256', hostname()).slice(0, 6)

/** Names of unfinished files, as `beginPart` makes them. */
export const isPart = (name: string) => /\.\d+\.part$/.test(name)

/**
 * Writes a file whole: it is there or not, never half. What killed processes have left of it goes.
 *
 * @param flush whether it has to be on the disk, too, before it has its name
 * @throws Problem `disk-full`, `not-writable`
 */
export function writeWhole(file: string, content: string | Uint8Array, { flush = false } = {}): void {
  onDisk(dirname(file), () => {
    const part = beginPart(file)
    try {
      writeFileSync(part, content, { flush })
      renameSync(part, file)
    } catch (error) {
      rmSync(part, { force: true })
      throw error
    }
  })
}

let parts = 0

/**
 * Name under which a file is written until it is whole, of this one writer alone; parts that processes which have
 * ended left of the file go.
 */
export function beginPart(file: string): string {
  const [folder, begin] = [dirname(file), `${basename(file)}.${HERE}.`]
  for (const name of namesIn(folder)) {
    const pid = name.startsWith(begin) ? /^(\d+)\.\d+\.part$/.exec(name.slice(begin.length))?.[1] : undefined
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(folder, name), { force: true })
  }
  return join(folder, `${begin}${process.pid}.${++parts}.part`)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // whoever writes there says why it cannot
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Says in words what the disk says in codes. @throws Problem `disk-full`, `not-writable` */
export function onDisk<Value>(folder: string, work: () => Value): Value {
  try {
    return work()
  } catch (cause) {
    const code = systemCode(cause)
    if (code === undefined) throw cause
    throw isFull(code)
      ? new Problem('disk-full', `No room is left in ${folder}.`, {
          place: { file: folder },
          hint: 'Make room and run the same command again: what is written stays. Or name a folder elsewhere.',
          cause,
        })
      : new Problem('not-writable', `${folder} cannot be written: ${inPlainWords(code)} (${code}).`, {
          place: { file: folder },
          hint: 'Name a folder that you may write.',
          cause,
        })
  }
}

/** A folder, with those that it lies in, unless it is there. @throws Problem `disk-full`, `not-writable` */
export function makeFolder(folder: string): void {
  onDisk(folder, () => makeFolders(folder))
}

/**
 * The same, with the errors of the system. Node's own (`recursive`) tries for ever where no folder can be made in one
 * that is there: in /proc, and in one that was deleted meanwhile.
 */
export function makeFolders(folder: string): void {
  const above = dirname(folder)
  if (above !== folder && !existsSync(above)) makeFolders(above)
  try {
    mkdirSync(folder)
  } catch (error) {
    if (systemCode(error) !== 'EEXIST' || !statSync(folder).isDirectory()) throw error
  }
}
