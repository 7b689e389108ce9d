/** The README's commands about graphs: each config is there, and each edit named there is sound. */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { earshot } from './earshot.js'

const EDITS = ['--set', '--without', '--swap']

/** The words of `./earshot VERB FILE.yaml ...`, of every line that begins so. */
const commands = [
  ...readFileSync('README.md', 'utf8').matchAll(/^\.\/earshot (?:train|graph|tap|validate) (\S+\.yaml)(.*)$/gm),
]
  .map(([, file, rest]) => ({ file: file!, edits: editsOf(rest!.split(' # ')[0]!) }))
  .filter(({ edits }) => !edits.some(word => word.includes('my-sounds/')))

function editsOf(rest: string): string[] {
  const words = [...rest.matchAll(/(?:'[^']*'|\S)+/g)].map(([word]) => word.replaceAll("'", ''))
  return words.flatMap((word, at) => (EDITS.includes(word) ? [word, words[at + 1]!] : []))
}

test('there are some of each kind', t => {
  t.true(commands.length >= 6)
  for (const edit of EDITS)
    t.true(
      commands.some(({ edits }) => edits.includes(edit)),
      edit,
    )
})

for (const [index, { file, edits }] of commands.entries()) {
  test(`${index}: ${file} ${edits.join(' ')}`, async t => {
    const { code, error } = await earshot(['validate', file, ...edits])
    t.is(code, 0, error)
  })
}
