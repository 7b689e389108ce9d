/**
 * Every folder of test/fixtures/broken-graphs holds a broken graph and what Earshot says of it, word for word
 * Edits that a case is read with stand in edits.txt, as on the command line (`UPDATE_EXPECTED=1` writes the words anew; read them as somebody would who made that mistake).
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import test from 'ava'
import { type Edit, readGraph } from '../../../graphs/language/read-graph.js'
import { renderProblem } from '../../../graphs/language/render-problem.js'
import { CONFIG } from '../../../pipelines/configuration/config.js'

const FOLDER = 'test/fixtures/broken-graphs'

for (const name of readdirSync(FOLDER)) {
  test(name, async t => {
    const folder = `${FOLDER}/${name}`
    const set = existsSync(`${folder}/set.txt`) ? readFileSync(`${folder}/set.txt`, 'utf8').trimEnd().split('\n') : []
    const { problems } = await readGraph(`${folder}/graph.yaml`, { set, edits: editsOf(folder), ...CONFIG })
    const said = `${problems.map(renderProblem).join('\n\n')}\n`
    if (process.env.UPDATE_EXPECTED) writeFileSync(`${folder}/expected.txt`, said)
    t.true(problems.length > 0)
    t.is(said, readFileSync(`${folder}/expected.txt`, 'utf8'))
  })
}

function editsOf(folder: string): Edit[] {
  if (!existsSync(`${folder}/edits.txt`)) return []
  return readFileSync(`${folder}/edits.txt`, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => {
      const [, name, argument] = /^--(set|without|swap) (.*)$/.exec(line)!
      return { [name!]: argument } as Edit
    })
}
