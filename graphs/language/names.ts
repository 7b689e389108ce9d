/** Names of graphs, runs and sweeps: they name folders. */

/** What a name may be. */
export const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u
export const NAME_IN_WORDS = 'a name of letters, digits, dots, _ and -: it names a folder'

/** The name of a file without folder and ending, as one that a folder can have. */
export function nameOfFile(file: string): string {
  const name = file
    .replace(/^.*[\\/]/, '')
    .replace(/\.ya?ml$/, '')
    .replace(/[^\p{L}\p{N}._-]/gu, '-')
    .replace(/^[._-]+/, '')
  return name === '' ? 'unnamed' : name
}
