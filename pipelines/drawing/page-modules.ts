/** Modules inside a page: a page that is opened from disk may load none that lies beside it. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What was built, and what is run as it was written. */
const BUILT = fileURLToPath(new URL('../../', import.meta.url))
const SOURCES = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * An import map that holds the modules themselves, with all that they import: `import { learn } from 'earshot/learner'`
 * in a module script of the page.
 *
 * @param entries by the name that the page imports, the file from the root of the repository: `.js` is built from `.ts`
 * @returns JSON for `<script type="importmap">`
 */
export function importMap(entries: Readonly<Record<string, string>>): string {
  const imports: Record<string, string> = {}
  const modules = new Map<string, string>()
  for (const [name, file] of Object.entries(entries)) imports[name] = dataOf(inlined(file, modules))
  for (const [file, text] of modules) imports[named(file)] ??= dataOf(text)
  return JSON.stringify({ imports })
}

/** The text of a module, its imports by name; what it imports joins `modules`. */
function inlined(file: string, modules: Map<string, string>): string {
  const text = readFileSync(join(file.endsWith('.mjs') ? SOURCES : BUILT, file), 'utf8').replace(
    /^\/\/# sourceMapping.*$/m,
    '',
  )
  return text.replace(/^((?:import|export)\b[^'"]*? from )'(\.[^']+)'/gm, (_, begin: string, path: string) => {
    const other = join(dirname(file), path)
    if (!modules.has(other)) {
      modules.set(other, '')
      modules.set(other, inlined(other, modules))
    }
    return `${begin}'${named(other)}'`
  })
}

const named = (file: string) => `earshot/${file}`
const dataOf = (text: string) => `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`
