/** Trains a config for a few steps: node dist/test/examples/train.js CONFIG RUN-FOLDER */
import { Problem, Problems, renderProblem, train } from 'earshot'

const [config = 'configs/quickstart.yaml', run = 'runs/example'] = process.argv.slice(2)
try {
  const { step, figures } = await train(config, {
    run,
    edits: [{ set: 'train.steps=4' }, { set: 'train.calibration=2' }],
  })
  console.log(`${run}: ${step} steps, loss ${figures?.loss.toFixed(3)}`)
} catch (error) {
  if (!(error instanceof Problem || error instanceof Problems)) throw error
  const problems = error instanceof Problems ? error.problems : [error]
  for (const problem of problems) console.error(renderProblem(problem))
  process.exitCode = 1
}
