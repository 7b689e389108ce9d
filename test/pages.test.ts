/** The pages of documentation: their links lead somewhere, their commands, and those of sweeps, are commands, the edits in them are sound. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { Command } from 'commander'
import { withTables } from '../pipelines/reports/page-tables.js'
import { readSweepFile } from '../pipelines/sweeps/sweep-file.js'
import { earshot } from './earshot.js'

const pages = execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' })
  .split('\n')
  .filter(page => page !== '' && !page.startsWith('test/'))
const text = (page: string) => readFileSync(page, 'utf8')

/** The words of every line that begins with ./earshot, as a shell splits them. */
const commands = pages.flatMap(page =>
  [...text(page).matchAll(/^\.\/earshot (.+)$/gm)].flatMap(([, line]) => line!.split(' && ./earshot ')).map(wordsOf),
)

function wordsOf(line: string): string[] {
  const typed = line.split(/\s# |\s{2,}#/)[0]!
  return [...typed.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''))
}

test('links lead to files that are there', t => {
  for (const page of pages)
    for (const [, target] of text(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g))
      if (!target!.includes('://')) t.true(existsSync(join(dirname(page), target!)), `${page}: ${target}`)
})

test('code that a page shows of a file is what stands there', t => {
  const shown = pages.flatMap(page => [...text(page).matchAll(/^```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)^```$/gm)])
  t.true(shown.length >= 6, 'stage, verb and classifier, each with its test')
  for (const [, file, code] of shown) t.is(code, text(file!))
})

test('tables are what their files say', t => {
  for (const page of pages) t.is(text(page), withTables(page), `./earshot tables ${page}`)
})

for (const words of new Map(commands.map(words => [words.join(' '), words])).values())
  test(`a command: ${words.join(' ')}`, t => t.notThrowsAsync(understood(words)))

test('commands that sweeps run before their jobs', async t => {
  for (const name of readdirSync('configs/sweeps')) {
    const { written } = await readSweepFile(join('configs/sweeps', name))
    for (const words of written.before) await t.notThrowsAsync(understood(words), `${name}: ${words.join(' ')}`)
  }
})

/** @throws what the command line has against the command */
async function understood(words: readonly string[]): Promise<void> {
  const program = new Command('earshot').exitOverride().configureOutput({ writeErr: () => {} })
  const { default: register } = (await import(`../pipelines/commands/${FILES[words[0]!] ?? words[0]}.js`)) as {
    default(program: Command): void
  }
  register(program)
  withoutWork(program)
  await program.parseAsync(words, { from: 'user' })
}

/** Verbs whose file is called otherwise. */
const FILES: Record<string, string> = { config: 'explain-config' }

function withoutWork(command: Command): void {
  for (const one of command.commands) {
    one.exitOverride().action(() => {})
    withoutWork(one)
  }
}

const EDITS = ['--set', '--without', '--swap']
const edited = commands
  .filter(([verb, file]) => /^(train|graph|tap|validate)$/.test(verb!) && file?.endsWith('.yaml'))
  .filter(words => !words.some(word => word.includes('my-sounds/')) && existsSync(words[1]!))
  .map(([, file, ...rest]) => [
    file!,
    ...rest.flatMap((word, at) => (EDITS.includes(word) ? [word, rest[at + 1]!] : [])),
  ])

test('there are edits of each kind', t => {
  t.true(edited.length >= 6)
  for (const edit of EDITS)
    t.true(
      edited.some(words => words.includes(edit)),
      edit,
    )
})

for (const words of new Map(edited.map(words => [words.join(' '), words])).values())
  test(`is sound: ${words.join(' ')}`, async t => {
    const { code, error } = await earshot(['validate', ...words])
    t.is(code, 0, error)
  })
