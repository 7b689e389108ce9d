/** Reads a graph without its background noise, and what flows in it: node dist/test/examples/read-graph.js FILE */
import { describePort, drawText, readGraph } from 'earshot'

const [file = 'configs/quickstart.yaml'] = process.argv.slice(2)
const graph = await readGraph(file, { edits: [{ without: 'mixed' }, { set: 'nodes.batch.size=32' }] })
console.log(drawText(graph, 80))
for (const { id, stage, out } of graph.nodes) if (stage === 'vgg') console.log(`${id} gives ${describePort(out)}`)
