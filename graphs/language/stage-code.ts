/** The code of a stage from outside Earshot: its file, and every file beside it that these files name. */
import { hash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'

/** As an import, a `require` or a `new URL` names a file: './helper.js'. */
const RELATIVE = /(['"`])(\.{1,2}\/[^'"`\n]+)\1/g
const ENDINGS = ['', '.js', '.mjs', '.cjs', '.json', '/index.js']

/**
 * Features and checkpoints made with other code are not taken for the same. Counted is every file that is named by a
 * path from here on (`./helper.js`, a table of numbers), and those that it names; packages are not.
 *
 * @returns 16 hex digits
 */
export function codeHash(file: string): string {
  const files = [file]
  const known = new Set(files)
  for (const one of files) // grows on the way
    for (const named of namedIn(one)) {
      if (known.has(named)) continue
      known.add(named)
      files.push(named)
    }
  const [own, ...helpers] = files.map(one => [relative(dirname(file), one), hashOf(readFileSync(one))] as const)
  const hash = helpers.length === 0 ? own![1] : hashOf([own!, ...helpers.sort(byName)].flat().join('\n'))
  return hash.slice(0, 16)
}

const byName = ([one]: readonly string[], [other]: readonly string[]) => (one! < other! ? -1 : 1)
const hashOf = (content: string | Uint8Array) => hash('sha256', content)

function namedIn(file: string): string[] {
  if (!/\.[mc]?[jt]s$/.test(file)) return []
  return [...readFileSync(file, 'utf8').matchAll(RELATIVE)].flatMap(([, , name]) => {
    const path = resolve(dirname(file), name!.replace(/[?#].*$/, ''))
    return ENDINGS.map(ending => path + ending)
      .filter(isFile)
      .slice(0, 1)
  })
}

const isFile = (path: string) => existsSync(path) && statSync(path).isFile()
