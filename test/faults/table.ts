/**
 * `npm run test:befalls [-- embed,merge]`: a table of every verb and what may befall it: a full disk, a read-only one, an
 * output that is an input, output that nobody reads, a closed terminal, being asked to end. Ends with 1 if one is wrong.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Finished, start } from '../earshot.js'
import { type BEFALLS, Injector } from './injector.js'
import { prepareVerbs, type Verb } from './verbs.js'

const PROGRAM = fileURLToPath(new URL('../../pipelines/commands/earshot.js', import.meta.url))
const STACK = /^ {4}at .*:\d+:\d+\)?$|mistake in Earshot/m
const COLUMNS = ['full disk', 'read-only', 'output is input', 'closed stdout', 'SIGHUP', 'SIGTERM'] as const

const only = process.argv[2]?.split(',')
const { folder, verbs } = await prepareVerbs()
const injector = new Injector()
const place = join(folder, 'place')
const empty = () => {
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place)
}

/** `right` and what is said of it, or what is wrong. */
type Cell = string

/** @param codes with which it may end */
function judged({ code, error }: Finished, codes: readonly (number | null)[], said?: RegExp): Cell {
  if (STACK.test(error)) return `WRONG: a stack: ${error.slice(0, 600)}`
  if (!codes.includes(code)) return `WRONG: exit ${code}: ${error.slice(-300)}`
  if (said && code !== 0 && !said.test(error)) return `WRONG: it says ${error.slice(-300)}`
  const halves = (readdirSync(place, { recursive: true }) as string[]).filter(name => /\.part$/.test(name))
  if (halves.length > 0 && code !== null) return `WRONG: ${halves.join(', ')} stays behind`
  return `right (${code === null ? 'signal' : code})`
}

async function befallen(verb: Verb, kind: (typeof BEFALLS)[number]): Promise<Finished> {
  empty()
  return injector.run(verb.words(place), place, verb.environment, { kind, at: 1 })
}

/** Its standard output is a file. */
function into(verb: Verb, file: string): Promise<Finished> {
  const child = spawn(process.execPath, [PROGRAM, ...verb.words(place)], {
    env: { ...process.env, ...verb.environment },
    stdio: ['ignore', openSync(file, 'w'), 'pipe'],
  })
  return endOf(child)
}

function endOf(child: ReturnType<typeof spawn>): Promise<Finished> {
  let error = ''
  child.stderr!.on('data', text => (error += text))
  return new Promise(resolve => child.on('close', code => resolve({ code, out: '', error })))
}

async function closed(verb: Verb): Promise<Finished> {
  empty()
  const child = spawn(process.execPath, [PROGRAM, ...verb.words(place)], {
    env: { ...process.env, ...verb.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.destroy()
  return endOf(child)
}

async function signalled(verb: Verb, signal: NodeJS.Signals): Promise<Finished> {
  empty()
  const { process: child, end } = start(verb.words(place), verb.environment)
  await sleep(300)
  child.kill(signal)
  return end
}

const hashOf = (path: string): string => {
  const names = statSync(path).isDirectory() ? (readdirSync(path, { recursive: true }) as string[]).sort() : ['']
  const hash = createHash('sha256')
  for (const name of names) {
    const file = join(path, name)
    hash.update(name)
    if (statSync(file).isFile()) hash.update(readFileSync(file))
  }
  return hash.digest('hex')
}

async function ontoInput({ ontoInput, environment }: Verb): Promise<Cell> {
  if (!ontoInput) return 'has none'
  empty()
  const { words, input } = ontoInput(place)
  const before = hashOf(input)
  const ended = await start(words, environment).end
  return hashOf(input) === before ? judged(ended, [1]) : `WRONG: ${input} is another now`
}

const cells: Record<(typeof COLUMNS)[number], (verb: Verb) => Promise<Cell>> = {
  'full disk': async verb =>
    verb.prints
      ? judged(await into(verb, '/dev/full'), [1], /cannot be written/)
      : judged(await befallen(verb, 'full'), [1], /room|full/),
  'read-only': async verb =>
    verb.prints ? 'writes none' : judged(await befallen(verb, 'read-only'), [1], /read-only|cannot|not write/),
  'output is input': ontoInput,
  'closed stdout': async verb => judged(await closed(verb), [0, 1, 130]),
  SIGHUP: async verb =>
    judged(verb.prints ? await signalled(verb, 'SIGHUP') : await befallen(verb, 'hangup'), [0, 130, null]),
  SIGTERM: async verb =>
    judged(verb.prints ? await signalled(verb, 'SIGTERM') : await befallen(verb, 'terminate'), [0, 130, null]),
}

process.stdout.write(`${['verb', ...COLUMNS].join('\t')}\n`)
let wrong = 0
for (const verb of verbs.filter(({ name }) => only?.includes(name) ?? true)) {
  const row: Cell[] = []
  for (const column of COLUMNS) row.push(await cells[column](verb))
  wrong += row.filter(cell => cell.startsWith('WRONG')).length
  process.stdout.write(`${[verb.name, ...row].map(cell => cell.replaceAll(/\s+/g, ' ')).join('\t')}\n`)
}
process.stdout.write(wrong === 0 ? 'All right.\n' : `${wrong} wrong.\n`)
process.exitCode = wrong > 0 ? 1 : 0
