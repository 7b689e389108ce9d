/** Weights are named and measured without TensorFlow as TensorFlow makes them. */
import test from 'ava'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { buildModel } from '../../../graphs/model/model.js'
import { graphWeightShapes } from '../../../graphs/model/weight-shapes.js'
import { CONFIG } from '../../../pipelines/configuration/config.js'
import { engine } from '../../engine/started.js'

const ADAPTED = ['nodes.encoder.adapt={rank: 2}']
const TAUGHT = [
  'nodes.teacher={follows: encoder, from: batch}',
  'nodes.alike={stage: match, from: encoder.a, target: teacher.b}',
]
const GRAPHS: Record<string, string[]> = {
  'graphs/contrastive-16k.yaml': [...ADAPTED, ...TAUGHT],
  'graphs/audio-mae.yaml': [],
  'graphs/byol-a.yaml': [],
  'graphs/frame-events.yaml': [],
  'graphs/mixit.yaml': [],
  'graphs/ssamba.yaml': [],
  'graphs/fixmatch.yaml': [],
}

for (const [file, edits] of Object.entries(GRAPHS))
  test(`${file}: the same names and shapes as TensorFlow's`, async t => {
    const set = edits.map(set => ({ set }))
    const { graph, stages, problems } = await readGraph(file, { edits: set, sections: CONFIG.sections })
    t.deepEqual(problems, [])
    const { shapes, untold } = graphWeightShapes(graph!, stages)
    t.deepEqual(untold, [])
    const { weights } = buildModel(engine, graph!, stages, 1)
    const made = weights.all.map(({ name, shape }) => [name, [...shape]] as const)
    weights.dispose()
    t.deepEqual(new Map([...shapes].map(([name, { shape }]) => [name, [...shape]])), new Map(made))
  })
