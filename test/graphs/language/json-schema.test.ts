/** The JSON Schema for editors: what is shipped is what the stages say now. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { documentSchema } from '../../../graphs/language/json-schema.js'
import { parametersOf } from '../../../graphs/language/parameters.js'
import { sections } from '../../../pipelines/configuration/sections.js'
import { loadStages } from '../../../stages/registry.js'

const FILE = 'graphs/earshot.schema.json'

interface NodeSchema {
  allOf: { if: { properties: { stage: { const: string } } }; then: { properties: Record<string, unknown> } }[]
}

test('the shipped schema is of these stages (./earshot config --schema > graphs/earshot.schema.json)', async t => {
  const now = documentSchema((await loadStages()).values(), sections)
  t.deepEqual(JSON.parse(readFileSync(FILE, 'utf8')), JSON.parse(JSON.stringify(now)))
})

test('it knows every stage with its ports and parameters, and every section', async t => {
  const stages = await loadStages()
  const schema = documentSchema(stages.values(), sections) as {
    properties: Record<string, unknown>
    definitions: { node: NodeSchema }
  }
  const known = new Map(
    schema.definitions.node.allOf.map(one => [one.if.properties.stage.const, one.then.properties] as const),
  )
  for (const stage of stages.values()) {
    const names = [...Object.keys(stage.in), ...parametersOf(stage.parameters).map(({ name }) => name)]
    for (const name of ['stage', 'from', ...names]) t.true(name in known.get(stage.name)!, `${stage.name}.${name}`)
  }
  for (const name of Object.keys(sections)) t.true(name in schema.properties, name)
})

test('every shipped graph and config names it', t => {
  for (const folder of ['graphs', 'configs']) {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.yaml'))
    for (const name of names) {
      if (['proxy', 'scenes', 'sweeps'].includes(dirname(name))) continue // these hold no graph
      const text = readFileSync(join(folder, name), 'utf8')
      const [, file = ''] = /^# yaml-language-server: \$schema=(.*)$/m.exec(text) ?? []
      t.true(existsSync(join(folder, dirname(name), file)) && file.endsWith('earshot.schema.json'), join(folder, name))
    }
  }
})
