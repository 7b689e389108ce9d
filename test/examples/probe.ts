/** Says what embeddings are worth, beside the untrained encoder: node dist/test/examples/probe.js FILE.arrow COLUMN */
import { probe, probeTable } from 'earshot'

const [file = 'example.arrow', label = 'class'] = process.argv.slice(2)
const result = await probe(file, { label, folds: 3 })
console.log(await probeTable(result))
for (const { name, figures } of result.comparison.rows)
  for (const [classifier, { balanced }] of Object.entries(figures)) console.log(name, classifier, balanced.toFixed(3))
