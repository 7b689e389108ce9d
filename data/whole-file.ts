import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Problem } from './problem.js'

/**
 * Writes a file under a temporary name beside it and renames it: it is there whole or not at all.
 *
 * @param flush whether it has to be on the disk, too, before it has its name
 * @throws Problem `disk-full`, `not-writable`
 */
export function writeWhole(file: string, content: string | Uint8Array, { flush = false } = {}): void {
  const temporary = `${file}.${process.pid}.part`
  onDisk(dirname(file), () => {
    try {
      writeFileSync(temporary, content, { flush })
      renameSync(temporary, file)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  })
}

/** Says in words what the disk says in codes. @throws Problem `disk-full`, `not-writable` */
export function onDisk<Value>(folder: string, work: () => Value): Value {
  try {
    return work()
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === undefined) throw cause
    const full = code === 'ENOSPC' || code === 'EDQUOT'
    throw full
      ? new Problem('disk-full', `No room is left in ${folder}.`, {
          place: { file: folder },
          hint: 'Make room and run the same command again: what is written stays. Or name a folder elsewhere.',
          cause,
        })
      : new Problem('not-writable', `${folder} cannot be written: ${message}.`, {
          place: { file: folder },
          hint: 'Name a folder that you may write.',
          cause,
        })
  }
}
