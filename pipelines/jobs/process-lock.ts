/** A file that one living process holds. A dead one's is taken over, by one of those who try. */
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder, onDisk } from '../../data/whole-file.js'
import { isAlive, isHere, type ProcessName, thisProcess } from './processes.js'

/** Milliseconds after which who was taking over is taken for dead. */
const TAKING_OVER = 10_000

/**
 * @param lost who is known to be dead although nobody can tell from here, on a machine that was lost
 * @returns what gives it free again, or who holds it
 */
export function tryLock(file: string, lost?: ProcessName): { release: () => void } | { holder: ProcessName } {
  makeFolder(dirname(file))
  if (written(file)) return held(file)
  const isHeld = (holder: ProcessName) => (isHere(holder) ? isAlive(holder) : !sameProcess(holder, lost))
  const holder = holderOf(file)
  if (holder && isHeld(holder)) return { holder }
  const takeover = `${file}.takeover`
  if (!written(takeover)) {
    forgetIfOld(takeover)
    return { holder: holderOf(takeover) ?? thisProcess() }
  }
  try {
    const now = holderOf(file)
    if (now && isHeld(now)) return { holder: now }
    rmSync(file, { force: true })
    return written(file) ? held(file) : { holder: holderOf(file) ?? thisProcess() }
  } finally {
    rmSync(takeover, { force: true })
  }
}

const sameProcess = (one: ProcessName, other: ProcessName | undefined) =>
  other !== undefined && one.pid === other.pid && one.host === other.host

/** Who holds a lock, alive or not. */
export function holderOf(file: string): ProcessName | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

const held = (file: string) => ({ release: () => rmSync(file, { force: true }) })

function written(file: string): boolean {
  let descriptor: number
  try {
    descriptor = openSync(file, 'wx')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    return onDisk(dirname(file), () => {
      throw error
    })
  }
  try {
    onDisk(dirname(file), () => writeSync(descriptor, JSON.stringify(thisProcess())))
    return true
  } catch (error) {
    rmSync(file, { force: true }) // nobody could tell whose it is
    throw error
  } finally {
    closeSync(descriptor)
  }
}

function forgetIfOld(file: string): void {
  try {
    if (Date.now() - statSync(file).mtimeMs > TAKING_OVER) rmSync(file, { force: true })
  } catch {
    // gone already
  }
}
