/**
 * Every folder of test/fixtures/broken-graphs holds a broken graph and what Earshot says of it, word for word
 * (`UPDATE_EXPECTED=1` writes the words anew; read them as somebody would who made that mistake).
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import test from 'ava'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { renderProblem } from '../../../graphs/language/render-problem.js'
import { sections } from '../../../pipelines/config.js'

const FOLDER = 'test/fixtures/broken-graphs'

for (const name of readdirSync(FOLDER)) {
  test(name, async t => {
    const folder = `${FOLDER}/${name}`
    const set = existsSync(`${folder}/set.txt`) ? readFileSync(`${folder}/set.txt`, 'utf8').trimEnd().split('\n') : []
    const { problems } = await readGraph(`${folder}/graph.yaml`, { set, sections })
    const said = `${problems.map(renderProblem).join('\n\n')}\n`
    if (process.env.UPDATE_EXPECTED) writeFileSync(`${folder}/expected.txt`, said)
    t.true(problems.length > 0)
    t.is(said, readFileSync(`${folder}/expected.txt`, 'utf8'))
  })
}
