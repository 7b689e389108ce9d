/**
 * The log-mel features of the clips that a config trains on, for the PyTorch loop bench/peers/simclr.py: FOLDER/training.tsv and
 * .f32. From the root of the repository, after `npm run build`:
 *
 *   node dist/bench/torch-features.js configs/pool.yaml FOLDER
 */
import { readConfig } from '../pipelines/configuration/config.js'
import { writeFeatures } from './recipes/features.js'

const [file, folder] = process.argv.slice(2)
if (file === undefined || folder === undefined) throw new Error('Expected: a config, and a folder to write to.')
const config = await readConfig(file)
await writeFeatures(folder, config, [{ name: 'training', set: config.data.set }])
