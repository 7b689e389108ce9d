/** What the system says in codes, in words: no file system, disk or limit of this machine is a mistake of Earshot. */
import { Problem } from './problem.js'

const WORDS: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your disk quota is used up',
  EROFS: 'the folder is on a read-only file system',
  EACCES: 'you may not read or write there',
  EPERM: 'you may not do that there',
  EISDIR: 'that is a folder, not a file',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a file of that name is there already',
  ENOENT: 'there is no such file or folder',
  ENOTEMPTY: 'the folder is not empty',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  EIO: 'the disk or the network behind it fails',
  ESTALE: 'the network share has changed meanwhile',
  EBUSY: 'it is in use',
  EFBIG: 'the file system holds no files of that size',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
  EPIPE: 'nobody reads it any more',
  ETXTBSY: 'it is running',
}

/** `ENOSPC`; also of an error that has come from another thread, where its message alone is left. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, message } = error as NodeJS.ErrnoException
  return [code, /^(E[A-Z]+): /.exec(message)?.[1]].find(one => one !== undefined && Object.hasOwn(WORDS, one))
}

export const isFull = (code: string) => code === 'ENOSPC' || code === 'EDQUOT'

/** `the disk is full`. */
export const inPlainWords = (code: string) => WORDS[code] ?? code

/** Why a file could not be opened, as the rest of a sentence that names it. */
export const whyUnread = (error: unknown) =>
  systemCode(error) === 'ENOENT'
    ? 'there is no such file'
    : `it cannot be read: ${inPlainWords(systemCode(error) ?? (error as Error).message)}`

/** A sentence that names the file. @returns `undefined` for an error that is not the system's */
export function systemProblem(error: unknown): Problem | undefined {
  const code = systemCode(error)
  if (code === undefined) return undefined
  const { path, dest, syscall } = error as NodeJS.ErrnoException & { dest?: string }
  const named = path ?? /'(.+)'/.exec((error as Error).message)?.[1]
  const file = dest && named ? `${named} to ${dest}` : named
  const what = file ?? (syscall ? `What was asked of the system (${syscall})` : 'What was asked of the system')
  return new Problem(isFull(code) ? 'disk-full' : 'system', `${what}: ${inPlainWords(code)} (${code}).`, {
    hint: isFull(code)
      ? 'Make room and run the same command again: what is written whole stays.'
      : 'Mend that, or name another place, and run the same command again.',
    cause: error,
  })
}
