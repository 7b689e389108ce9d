/** Embeds recordings with a trained encoder: node dist/test/examples/embed.js RUN-FOLDER SOUNDS FILE.arrow */
import { embed } from 'earshot'

const [run = 'runs/example', sounds = 'data/sets/quickstart.yaml', output = 'example.arrow'] = process.argv.slice(2)
const { rows, skipped, columns } = await embed(run, sounds, { output, level: 'clip' })
console.log(`${output}: ${rows} rows, ${skipped} clips left out, labels: ${columns.join(', ')}`)
