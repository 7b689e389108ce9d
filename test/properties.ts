/** Property tests. Every run examines the same examples, so that none is red by chance; EARSHOT_TEST_SEED=2 has others. */
import { fc } from '@fast-check/ava'

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.EARSHOT_TEST_SEED ?? 1) })

export { fc, testProp } from '@fast-check/ava'
