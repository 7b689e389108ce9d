/** Writes both views of two clips, to look at and to listen to: node dist/test/examples/tap.js CONFIG FOLDER */
import { tap } from 'earshot'

const [config = 'configs/quickstart.yaml', output = 'taps/example'] = process.argv.slice(2)
const { page, clips } = await tap(config, 'view', { count: 2, output })
for (const { clip, exhibits } of clips)
  for (const { lane, cut } of exhibits) console.log(`${clip} ${lane}: from ${cut?.start.toFixed(2)} s`)
console.log(`open ${page}`)
