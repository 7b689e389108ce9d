/** An output takes the place of nothing but an earlier output of its kind. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { Problem } from './problem.js'

/** How files of a kind begin, and how their names end. */
const KINDS = {
  Arrow: { begins: ['ARROW1'], ends: ['.arrow', '.feather', '.ipc'] },
  JSON: { begins: ['{', '['], ends: ['.json'] },
  HTML: { begins: ['<'], ends: ['.html', '.htm'] },
  SVG: { begins: ['<'], ends: ['.svg'] },
  Parquet: { begins: ['PAR1'], ends: ['.parquet'] },
  NumPy: { begins: ['\x93NUMPY'], ends: ['.npy'] },
  CSV: { begins: ['clip,'], ends: ['.csv'] },
} as const

/** Endings that say that a file holds something else. */
const OTHERS =
  '.csv .tsv .txt .md .json .jsonl .yaml .yml .html .svg .png .arrow .feather .parquet .npy .npz .h5 .pt .safetensors .wav .flac .mp3 .ogg .opus .m4a .aac .aiff .aif'.split(
    ' ',
  )

/**
 * Refuses what would destroy something, before any work: an output that is one of the inputs, a file that holds
 * something else, a folder, a device (a file renamed to its name would take its place); and a name that says another kind than it would hold.
 *
 * @throws Problem `output-is-input`, `other-kind`
 */
export function demandOutput(output: string, kind: keyof typeof KINDS, inputs: readonly string[]): void {
  const { begins, ends } = KINDS[kind]
  const ending = extname(output).toLowerCase()
  if (inputs.some(input => isSame(input, output)))
    throw readHere(output, `Name another file, such as ${output.slice(0, output.length - ending.length)}-2${ends[0]}.`)
  if (OTHERS.includes(ending) && !(ends as readonly string[]).includes(ending))
    throw new Problem('other-kind', `${output} would hold ${kind}, and its name says ${ending}.`, {
      hint: `Name a file that ends in ${ends[0]}.`,
    })
  const there = found(output)
  if (!there || (there.isFile() && there.size === 0n)) return
  if (there.isFile() && begins.some(begin => begin === beginningOf(output, begin.length))) return
  const other = there.isDirectory() ? 'is a folder' : 'is a device or a pipe, and no file'
  const what = there.isFile() ? `is there already, and holds no ${kind}` : other
  throw new Problem('other-kind', `${output} ${what}: it stays as it is.`, { hint: 'Name another file.' })
}

/**
 * The same for a folder: it is none of the inputs, and no file that is written there under a name of its own is one.
 *
 * @param names of these files
 * @throws Problem `output-is-input`, `not-a-folder`
 */
export function demandFolder(folder: string, inputs: readonly string[], names: readonly string[] = []): void {
  demandOthers([folder, ...names.map(name => join(folder, name))], inputs)
  const there = found(folder)
  if (there && !there.isDirectory())
    throw new Problem('not-a-folder', `${folder} is a file: it stays as it is.`, { hint: 'Name a folder with -o.' })
}

/** @throws Problem `output-is-input` if one of the outputs is an input */
export function demandOthers(outputs: readonly string[], inputs: readonly string[]): void {
  const clash = outputs.find(output => inputs.some(input => isSame(input, output)))
  if (clash !== undefined) throw readHere(clash, 'Name another output.')
}

const readHere = (output: string, hint: string) =>
  new Problem('output-is-input', `${output} is read here, and would be written over.`, { hint })

/** Whether two names are of one file, also through links. */
function isSame(one: string, other: string): boolean {
  if (resolve(one) === resolve(other)) return true
  const [a, b] = [one, other].map(found)
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev && a.ino !== 0n
}

/** Nothing where it cannot be looked at: whoever writes there will say why. */
function found(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false, bigint: true })
  } catch {
    return undefined
  }
}

function beginningOf(file: string, length: number): string {
  const bytes = Buffer.alloc(length)
  const handle = openSync(file, 'r')
  try {
    return bytes.toString('latin1', 0, readSync(handle, bytes))
  } finally {
    closeSync(handle)
  }
}
